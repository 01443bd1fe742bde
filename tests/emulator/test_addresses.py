"""Addresses of Azure Local: interfaces in their networks' pools, pools apart on one VLAN."""

from collections.abc import Callable
from typing import Any

import pytest

from pyops.emulator.store import Record, Store
from tests.emulator.conftest import GROUP, INTERFACE, NETWORK, interface, network, refusal, urn

_NETWORK = "azurestackhci:LogicalNetwork"
_NIC = "azurestackhci:NetworkInterface"

Make = Callable[..., str]


def refused(make: Make, token: str, inputs: dict[str, Any]) -> str:
    return refusal(make, token, inputs, "refused").partition(": ")[2]


def _pooled(start: str, end: str, **more: Any) -> dict[str, Any]:
    subnet = {"addressPrefix": "10.10.20.0/24", "vlan": 20, "ipPools": [{"start": start, "end": end}]} | more
    return network(subnets=[subnet], extendedLocation={"type": "CustomLocation", "name": f"{GROUP}/cl-banbury"})


def test_an_address_outside_of_its_network(made: Make) -> None:
    made(_NETWORK, network())
    words = "its address 10.10.21.10 lies outside of its network's 10.10.20.0/24"
    assert refusal(made, _NIC, interface("10.10.21.10")) == f"{INTERFACE}: {words}"


def test_an_address_in_no_pool(made: Make) -> None:
    made(_NETWORK, _pooled("10.10.20.10", "10.10.20.12"))
    made(_NIC, interface("10.10.20.12"))
    words = "its address 10.10.20.13 lies in none of its network's IP pools"
    assert refused(made, _NIC, interface("10.10.20.13", "nic-two")) == words


def test_an_address_that_another_interface_has(made: Make) -> None:
    made(_NETWORK, network())
    made(_NIC, interface())
    words = f"its address 10.10.20.10 is taken by {INTERFACE}"
    assert refused(made, _NIC, interface(name="nic-two")) == words


def test_the_same_interface_again_is_not_in_its_own_way(made: Make) -> None:
    made(_NETWORK, network())
    assert made(_NIC, interface()) == made(_NIC, interface())


def test_what_a_kill_left_half_made_takes_no_address(made: Make, store: Store) -> None:
    made(_NETWORK, network())
    label = f"address 10.10.20.10 of {NETWORK.lower()}"
    left = f"{INTERFACE}-left"
    store.write(Record(left, urn(_NIC, "left").text, f"azure-native:{_NIC}", interface(), {}, labels=(label,)))
    made(_NIC, interface())


@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({}, False),
        ({"vlan": 21}, True),
        ({"ipPools": [{"start": "10.10.20.31", "end": "10.10.20.40"}]}, True),
    ],
)
def test_ip_pools_on_one_vlan_of_a_cluster(made: Make, changed: dict[str, Any], fits: bool) -> None:
    made(_NETWORK, _pooled("10.10.20.10", "10.10.20.30"))
    second = _pooled("10.10.20.30", "10.10.20.40", **changed) | {"logicalNetworkName": "lnet-two"}
    if fits:
        made(_NETWORK, second, "two")
        return
    words = f"its IP pool 10.10.20.30 to 10.10.20.40 overlaps one of {NETWORK} on VLAN 20 of the same cluster"
    assert refused(made, _NETWORK, second) == words
