"""What a deletion takes along, and what keeps something from being deleted."""

from collections.abc import Callable
from typing import Any

import pytest

from pyops.emulator.azure import StandIn
from pyops.emulator.deletion import GO_ALONG
from pyops.emulator.kinds import kind_of
from pyops.emulator.store import Record, Store
from tests.emulator.conftest import GROUP, INTERFACE, MARKED, NETWORK, group, interface, network, refusal, urn
from tests.emulator.inputs import (
    HUB,
    POLICY,
    SPOKE,
    WAN,
    WORKSPACE,
    ZONE,
    account,
    account_id,
    blob_service,
    container,
    diagnostics,
    endpoint,
    gateway,
    hub,
    policy,
    rule_group,
    spoke,
    spoke_connection,
    subnet,
    wan,
    workspace,
)

_GROUP = "resources:ResourceGroup"
_NIC = "azurestackhci:NetworkInterface"
_NETWORK = "azurestackhci:LogicalNetwork"

Make = Callable[..., str]


def test_a_group_takes_everything_in_it_along(
    azure: StandIn, made: Make, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(_NETWORK, network())
    made(_NIC, interface())
    unmade: list[str] = []
    monkeypatch.setattr(azure._lab, "delete", lambda _, arm_id: unmade.append(arm_id))
    azure.delete(urn(_GROUP), GROUP, MARKED)
    assert store.all() == []
    assert unmade == [INTERFACE, NETWORK, GROUP]


def test_a_group_that_holds_what_another_groups_resource_uses(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    made(_GROUP, group(resourceGroupName="rg-towcester"), "towcester")
    other = made(_NIC, interface(resourceGroupName="rg-towcester"))
    words = f"{GROUP}: in use by {other}, those must be deleted first"
    assert refusal(azure.delete, urn(_GROUP), GROUP, MARKED) == words
    assert azure.store.find(NETWORK)


def _link() -> dict[str, Any]:
    own = {"privateZoneName": "example.internal", "virtualNetworkLinkName": "vnet", "location": "global"}
    return {"resourceGroupName": "rg-banbury", **own, "virtualNetwork": {"id": SPOKE}}


_HOLDS: list[tuple[str, str, list[tuple[str, dict[str, Any]]]]] = [
    ("a WAN with a hub", WAN, [("network:VirtualWan", wan()), ("network:VirtualHub", hub())]),
    (
        "a hub with a gateway",
        HUB,
        [("network:VirtualWan", wan()), ("network:VirtualHub", hub()), ("network:VpnGateway", gateway())],
    ),
    (
        "a network that a hub is connected to",
        SPOKE,
        [
            ("network:VirtualWan", wan()),
            ("network:VirtualHub", hub()),
            ("network:VirtualNetwork", spoke()),
            ("network:HubVirtualNetworkConnection", spoke_connection()),
        ],
    ),
    (
        "a network with a subnet in use",
        SPOKE,
        [
            ("storage:StorageAccount", account()),
            ("network:VirtualNetwork", spoke(subnet("endpoints", "10.1.0.0/24"))),
            ("network:PrivateEndpoint", endpoint("pe", account_id("stone"))),
        ],
    ),
    (
        "a zone that a network is linked to",
        ZONE,
        [
            ("network:VirtualNetwork", spoke()),
            ("privatedns:PrivateZone", group(privateZoneName="example.internal", location="global")),
            ("privatedns:VirtualNetworkLink", _link()),
        ],
    ),
    (
        "a workspace that gets logs",
        WORKSPACE,
        [
            ("operationalinsights:Workspace", workspace()),
            ("network:VirtualNetwork", spoke()),
            ("monitor:DiagnosticSetting", diagnostics(SPOKE)),
        ],
    ),
]


@pytest.mark.parametrize(("arm_id", "made_first"), [case[1:] for case in _HOLDS], ids=[case[0] for case in _HOLDS])
def test_what_is_in_use_is_not_deleted(
    azure: StandIn, made: Make, arm_id: str, made_first: list[tuple[str, dict[str, Any]]]
) -> None:
    last = [made(token, inputs, token) for token, inputs in made_first][-1]
    token = next(record.type for record in azure.store.all() if record.id == arm_id).removeprefix("azure-native:")
    assert refusal(azure.delete, urn(token), arm_id, MARKED).startswith(f"{arm_id}: in use by {last}")
    azure.delete(urn(made_first[-1][0]), last, MARKED)
    azure.delete(urn(token), arm_id, MARKED)


def test_a_group_of_addresses_that_a_rule_names(azure: StandIn, made: Make) -> None:
    addresses = made("network:IpGroup", group(ipGroupsName="desktops", ipAddresses=["10.10.32.0/20"]))
    made("network:FirewallPolicy", policy())
    rules = [{"ruleType": "NetworkRule", "name": "it", "sourceIpGroups": [addresses]}]
    filters = {"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "c", "priority": 200, "rules": rules}
    using = made("network:FirewallPolicyRuleCollectionGroup", rule_group(ruleCollections=[filters]))
    words = f"{addresses}: in use by {using}, those must be deleted first"
    assert refusal(azure.delete, urn("network:IpGroup"), addresses, MARKED) == words


def test_what_goes_along_with_its_parent(azure: StandIn, made: Make, store: Store) -> None:
    made("storage:StorageAccount", account())
    made("storage:BlobServiceProperties", blob_service())
    made("storage:BlobContainer", container("backups"))
    azure.delete(urn("storage:StorageAccount"), account_id("stone"), MARKED)
    made("network:FirewallPolicy", policy())
    made("network:FirewallPolicyRuleCollectionGroup", rule_group())
    azure.delete(urn("network:FirewallPolicy"), POLICY, MARKED)
    assert [record.id for record in store.all()] == [GROUP]


def test_what_a_kill_left_half_made_holds_nothing_and_goes_along(azure: StandIn, made: Make, store: Store) -> None:
    made(_NETWORK, network())
    store.write(Record(INTERFACE, urn(_NIC).text, f"azure-native:{_NIC}", interface(), {}, (NETWORK,)))
    azure.delete(urn(_NETWORK), NETWORK, MARKED)
    assert store.find(INTERFACE) is None


def test_the_types_that_go_along_are_known() -> None:
    assert [token for token in sorted(GO_ALONG) if kind_of(token) is None] == []
