"""Azure's rules beyond types."""

from collections.abc import Callable
from typing import Any

import pytest

from pyops.emulator.rules import problems
from pyops.emulator.values import UNKNOWN
from pyops.errors import Refused
from tests.emulator.conftest import GROUP, INTERFACE, interface, network

_NETWORK = "azurestackhci:LogicalNetwork"
_NIC = "azurestackhci:NetworkInterface"
_LONG = "letters, digits, dots, hyphens and underscores, a letter or digit at both ends"


def _subnet(**facts: Any) -> dict[str, Any]:
    return network(subnets=[{"addressPrefix": "10.10.20.0/24", "vlan": 20, **facts}])


_WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    (_NETWORK, network(), []),
    (_NETWORK, network(logicalNetworkName="x"), [f"logicalNetworkName: 'x', must be 2 to 64 {_LONG}"]),
    (_NIC, interface(name="nic-"), [f"networkInterfaceName: 'nic-', must be 2 to 80 {_LONG}"]),
    (_NETWORK, _subnet(vlan=4095), ["subnets[0].vlan: 4095, must be between 0 and 4094"]),
    (
        _NETWORK,
        _subnet(addressPrefix="10.10.20.1/24"),
        ["subnets[0].addressPrefix: '10.10.20.1/24', must be an IPv4 prefix such as 10.10.20.0/24"],
    ),
    (
        _NETWORK,
        _subnet(ipPools=[{"start": "10.10.20.9", "end": "10.10.20.20"}, {"start": "10.10.21.1", "end": "10.10.21.2"}]),
        ["subnets[0].ipPools[1]: 10.10.21.1 to 10.10.21.2, must be a range of addresses in 10.10.20.0/24"],
    ),
    (
        _NETWORK,
        _subnet(ipPools=[{"start": "10.10.20.9", "end": "10.10.20.2"}]),
        ["subnets[0].ipPools[0]: 10.10.20.9 to 10.10.20.2, must be a range of addresses in 10.10.20.0/24"],
    ),
    (_NETWORK, network(subnets=[{}, {}]), ["subnets: 2 of them, a logical network has one"]),
    (
        _NIC,
        interface("10.10.20.256"),
        ["ipConfigurations[0].properties.privateIPAddress: '10.10.20.256', must be an IPv4 address"],
    ),
    (
        "storage:StorageAccount",
        {"accountName": "Backups-1"},
        ["accountName: 'Backups-1', must be 3 to 24 lower-case letters and digits"],
    ),
    (
        "storage:BlobContainer",
        {"containerName": "copy--of"},
        ["containerName: 'copy--of', must be 3 to 63 lower-case letters, digits and single hyphens"],
    ),
    (_NETWORK, _subnet(addressPrefix=UNKNOWN, ipPools=UNKNOWN), []),
    (_NETWORK, _subnet(ipPools=[{"start": UNKNOWN, "end": "10.10.20.9"}]), []),
    (_NIC, interface(UNKNOWN, UNKNOWN), []),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("token", "inputs", "expected"), _WRONG)
def test_messages(token: str, inputs: dict[str, Any], expected: list[str]) -> None:
    assert problems(f"azure-native:{token}", inputs) == expected


def test_an_address_outside_of_its_network(made: Callable[..., str]) -> None:
    made(_NETWORK, network())
    with pytest.raises(Refused) as refused:
        made(_NIC, interface("10.10.21.10"))
    assert str(refused.value) == f"{INTERFACE}: its address 10.10.21.10 lies outside of its network's 10.10.20.0/24"


def test_an_address_in_no_pool(made: Callable[..., str]) -> None:
    made(_NETWORK, _subnet(ipPools=[{"start": "10.10.20.10", "end": "10.10.20.12"}]))
    made(_NIC, interface("10.10.20.12"))
    with pytest.raises(Refused) as refused:
        made(_NIC, interface("10.10.20.13", "nic-two"))
    assert str(refused.value).endswith("its address 10.10.20.13 lies in none of its network's IP pools")


def test_an_address_that_another_interface_has(made: Callable[..., str]) -> None:
    made(_NETWORK, network())
    made(_NIC, interface())
    with pytest.raises(Refused) as refused:
        made(_NIC, interface(name="nic-two"), "two")
    two = f"{GROUP}/providers/Microsoft.AzureStackHCI/networkInterfaces/nic-two"
    assert str(refused.value) == f"{two}: its address 10.10.20.10 is taken by {INTERFACE}"
