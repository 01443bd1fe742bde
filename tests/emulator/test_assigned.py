"""Addresses that Azure assigns: unknown in a preview, inside of what they belong to, and kept."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from pyops.emulator.assigned import PATHS
from pyops.emulator.azure import StandIn
from pyops.emulator.computed import previewed
from pyops.emulator.defaults import DEFAULTS
from pyops.emulator.kinds import kind_of
from pyops.emulator.schema import schema
from pyops.emulator.values import UNKNOWN, at
from tests.emulator.conftest import MARKED, refusal, urn
from tests.emulator.inputs import (
    FIREWALL,
    GATEWAY,
    HUB,
    SITE,
    SPOKE,
    account,
    account_id,
    endpoint,
    firewall,
    gateway,
    hub,
    policy,
    site,
    spoke,
    subnet,
    wan,
)

_PREFIX = IPv4Network("10.0.0.0/23")
_GATEWAY = "network:VpnGateway"
_FIREWALL = "network:AzureFirewall"
_ENDPOINT = "network:PrivateEndpoint"

Make = Callable[..., str]


@pytest.fixture
def wide(made: Make) -> Make:
    """Makes resources where there is a WAN with one hub."""
    made("network:VirtualWan", wan(), "wan")
    made("network:VirtualHub", hub(str(_PREFIX)), "hub")
    return made


def _outputs(azure: StandIn, arm_id: str) -> dict[str, Any]:
    record = azure.store.find(arm_id)
    assert record
    return record.outputs


def test_a_gateway_has_two_instances_with_a_public_address_and_a_peer_in_the_hub(azure: StandIn, wide: Make) -> None:
    wide(_GATEWAY, gateway())
    settings = _outputs(azure, GATEWAY)["bgpSettings"]
    instances = settings["bgpPeeringAddresses"]
    peers = [IPv4Address(one["defaultBgpIpAddresses"][0]) for one in instances]
    publics = [IPv4Address(one["tunnelIpAddresses"][0]) for one in instances]
    assert [one["ipconfigurationId"] for one in instances] == ["Instance0", "Instance1"]
    assert len(set(peers)) == 2
    assert all(peer in _PREFIX for peer in peers)
    assert len(set(publics)) == 2
    assert all(public in IPv4Network("198.18.0.0/15") for public in publics)
    assert (settings["asn"], settings["bgpPeeringAddress"]) == (65515, ",".join(map(str, peers)))
    configurations = _outputs(azure, GATEWAY)["ipConfigurations"]
    assert [one["publicIpAddress"] for one in configurations] == [str(public) for public in publics]


def test_a_gateway_keeps_its_addresses_and_the_ones_it_was_given(azure: StandIn, wide: Make) -> None:
    wide(_GATEWAY, gateway())
    before = _outputs(azure, GATEWAY)
    custom = {"ipconfigurationId": "Instance1", "customBgpIpAddresses": ["169.254.21.5"]}
    changed = gateway(bgpSettings={"asn": 65515, "peerWeight": 0, "bgpPeeringAddresses": [custom]})
    after = azure.update(urn(_GATEWAY), GATEWAY, MARKED, changed)
    assert after["ipConfigurations"] == before["ipConfigurations"]
    assert at(after, "bgpSettings.bgpPeeringAddresses[].customBgpIpAddresses[]") == ["169.254.21.5"]
    assert at(after, "bgpSettings.bgpPeeringAddress") == at(before, "bgpSettings.bgpPeeringAddress")


def test_a_firewall_has_an_address_in_its_hub_and_as_many_public_ones_as_wanted(azure: StandIn, wide: Make) -> None:
    wide("network:FirewallPolicy", policy())
    wide(_FIREWALL, firewall(hubIPAddresses={"publicIPs": {"count": 2}}))
    found = _outputs(azure, FIREWALL)["hubIPAddresses"]
    assert IPv4Address(found["privateIPAddress"]) in _PREFIX
    assert len(set(at(found, "publicIPs.addresses[].address"))) == 2


def test_private_endpoints_take_the_free_addresses_of_their_subnet_and_keep_them(azure: StandIn, made: Make) -> None:
    made("storage:StorageAccount", account())
    made("network:VirtualNetwork", spoke(subnet("endpoints", "10.1.0.0/24")))
    first, second, third = (made(_ENDPOINT, endpoint(name, account_id("stone")), name) for name in ("a", "b", "c"))

    def address(arm_id: str) -> list[Any]:
        return at(_outputs(azure, arm_id), "customDnsConfigs[].ipAddresses[]")

    assert [address(arm_id) for arm_id in (first, second, third)] == [["10.1.0.4"], ["10.1.0.5"], ["10.1.0.6"]]
    azure.delete(urn(_ENDPOINT, "a"), first, MARKED)
    azure.update(urn(_ENDPOINT, "c"), third, MARKED, endpoint("c", account_id("stone")) | {"tags": {"a": "b"}})
    made(_ENDPOINT, endpoint("c", account_id("stone")) | {"tags": {"a": "b"}}, "c")
    assert address(third) == ["10.1.0.6"]
    read = azure.read(urn(_ENDPOINT, "c"), third, endpoint("c", account_id("stone")), MARKED)
    assert read
    assert at(read[1], "customDnsConfigs[].ipAddresses[]") == ["10.1.0.6"]


def test_private_endpoints_made_at_once_take_different_addresses(azure: StandIn, made: Make) -> None:
    made("storage:StorageAccount", account())
    made("network:VirtualNetwork", spoke(subnet("endpoints", "10.1.0.0/24")))
    names = [f"pe-{at}" for at in range(16)]
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda name: made(_ENDPOINT, endpoint(name, account_id("stone")), name), names))
    taken = [at(_outputs(azure, arm_id), "customDnsConfigs[].ipAddresses[]")[0] for arm_id in ids]
    assert len(set(taken)) == len(names)


def test_a_subnet_that_has_no_address_left(made: Make) -> None:
    made("storage:StorageAccount", account())
    made("network:VirtualNetwork", spoke(subnet("endpoints", "10.1.0.0/29")))
    for name in ("a", "b", "c"):
        made(_ENDPOINT, endpoint(name, account_id("stone")), name)
    full = refusal(made, _ENDPOINT, endpoint("d", account_id("stone")), "d")
    assert full.endswith(f"{SPOKE}/subnets/endpoints has no free address left")


def test_an_account_has_its_endpoints(azure: StandIn, made: Make) -> None:
    made("storage:StorageAccount", account())
    found = _outputs(azure, account_id("stone"))
    assert found["primaryEndpoints"]["blob"] == "https://stone.blob.core.windows.net/"


def test_parts_of_a_resource_have_ids(azure: StandIn, wide: Make) -> None:
    wide("network:VpnSite", site())
    assert at(_outputs(azure, SITE), "vpnSiteLinks[].id") == [f"{SITE}/vpnSiteLinks/a"]


@pytest.mark.parametrize("token", sorted(PATHS))
def test_what_is_assigned_is_unknown_in_a_preview(token: str) -> None:
    inputs = {"bgpSettings": {"asn": 65515}, "hubIPAddresses": {"publicIPs": {"count": 1}}}
    found = previewed(token, {name: value for name, value in inputs.items() if name in schema(token).inputs.fields})
    assert [
        path for path in PATHS[token] if found.get(path.split(".")[0]) is not UNKNOWN and at(found, path) != [UNKNOWN]
    ] == []


def test_a_preview_of_a_change_knows_what_was_assigned(azure: StandIn, wide: Make) -> None:
    wide(_GATEWAY, gateway(bgpSettings={"asn": 65515, "peerWeight": 0}))
    before = _outputs(azure, GATEWAY)
    news = gateway(bgpSettings={"asn": 65515, "peerWeight": 0}, tags={"a": "b"})
    expected = azure.preview_update(urn(_GATEWAY), before, news)
    assert expected["bgpSettings"] == before["bgpSettings"]
    assert expected["tags"] == {"a": "b"}


def test_a_preview_of_a_change_does_not_know_what_hangs_on_an_unknown_input(azure: StandIn, wide: Make) -> None:
    wide(_GATEWAY, gateway(vpnGatewayScaleUnit=1))
    expected = azure.preview_update(urn(_GATEWAY), _outputs(azure, GATEWAY), gateway(vpnGatewayScaleUnit=UNKNOWN))
    assert expected["vpnGatewayScaleUnit"] is UNKNOWN


def test_defaults_are_outputs_and_never_inputs(azure: StandIn, made: Make) -> None:
    made("storage:StorageAccount", account(networkRuleSet={"defaultAction": "Deny"}))
    found = _outputs(azure, account_id("stone"))
    assert (found["minimumTlsVersion"], found["networkRuleSet"]["defaultAction"]) == ("TLS1_0", "Deny")
    assert found["networkRuleSet"]["bypass"] == "AzureServices"
    given = account(networkRuleSet={"defaultAction": "Deny"})
    read = azure.read(urn("storage:StorageAccount"), account_id("stone"), given, MARKED)
    assert read
    assert read[0] == given


@pytest.mark.parametrize("token", sorted({*DEFAULTS, *PATHS}))
def test_what_azure_fills_in_are_outputs_of_known_types(token: str) -> None:
    names = {*DEFAULTS.get(token, {}), *(path.split(".")[0] for path in PATHS.get(token, ()))}
    assert kind_of(token)
    assert sorted(names - schema(token).outputs) == []


def test_addresses_in_a_hub_are_the_hubs_own(azure: StandIn, wide: Make) -> None:
    assert [IPv4Address(one) in _PREFIX for one in _outputs(azure, HUB)["virtualRouterIps"]] == [True, True]
