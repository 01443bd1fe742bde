"""The shared network: what production would get, and how it goes on when the estate changes."""

import json
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from pyops.engines import pulumi, stacks
from pyops.environments.workspace import HUB_KEYS, Workspace
from pyops.errors import OutsideFailed
from pyops.estate import Estate
from pyops.estate.azure import (
    NETWORK_GROUP,
    alert_group,
    arm_id,
    endpoints_subnet,
    group_id,
    hub_tunnels,
    private_zone,
    private_zones,
    subscription_id,
    workspace,
)
from tests.stacks.cloud import Cloud, preview_all, summary
from tests.stacks.conftest import Inputs, inputs
from tests.stacks.test_inspection import passing, wanted

pytestmark = pytest.mark.engine

STACK = "network"


def of_type(planned: Inputs, kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: found for (type_, name), found in planned.items() if type_ == kind}


def test_every_hub_is_inspected_and_refuses_what_it_knows_to_be_bad(estate: Estate, planned: Inputs) -> None:
    policy = planned["FirewallPolicy", "afwp"]
    assert (policy["sku"]["tier"], policy["threatIntelMode"], policy["intrusionDetection"]["mode"]) == (
        "Premium",
        "Deny",
        "Deny",
    )
    for region, hub in estate.azure.hubs.items():
        firewall = planned["AzureFirewall", f"afw-{region}"]
        assert firewall.get("zones") == (["1", "2", "3"] if hub.availability_zones else None)
        [routing] = planned["RoutingIntent", f"intent-{region}"]["routingPolicies"]
        assert routing["destinations"] == ["PrivateTraffic"]
        assert routing["nextHop"] == arm_id(estate, NETWORK_GROUP, "Microsoft.Network/azureFirewalls", f"afw-{region}")
    assert not of_type(planned, "HubRouteTable")
    assert not [found for found in of_type(planned, "VpnConnection").values() if "routingConfiguration" in found]


def test_every_site_comes_to_every_hub_by_every_carrier_encrypted_and_by_bgp(estate: Estate, planned: Inputs) -> None:
    tunnels = {
        f"{site.id}-{tunnel['name']}-{region}": tunnel
        for region in estate.azure.hubs
        for site in estate.sites.values()
        for tunnel in planned["VpnConnection", f"vcn-{site.id}-{region}"]["vpnLinkConnections"]
    }
    assert set(tunnels) == set(hub_tunnels(estate))
    for tunnel in tunnels.values():
        assert (tunnel["vpnConnectionProtocolType"], tunnel["enableBgp"]) == ("IKEv2", True)
        [proposal] = tunnel["ipsecPolicies"]
        assert proposal["ikeEncryption"] == "AES256"
        assert proposal["ipsecEncryption"] == proposal["ipsecIntegrity"] == "GCMAES256"
        assert proposal["dhGroup"] == proposal["pfsGroup"] == "ECP384"


def test_subnets_of_spokes_are_closed_to_all_but_what_they_are_for(estate: Estate, planned: Inputs) -> None:
    for region, hub in estate.azure.hubs.items():
        endpoints, resolver = planned["VirtualNetwork", f"vnet-{region}"]["subnets"]
        assert (endpoints["addressPrefix"], resolver["addressPrefix"]) == (
            str(hub.spoke.endpoints),
            str(hub.spoke.resolver),
        )
        for subnet in (endpoints, resolver):
            assert subnet["defaultOutboundAccess"] is False
            assert subnet["privateEndpointNetworkPolicies"] == "Enabled"
            assert subnet["networkSecurityGroup"]["id"].endswith(f"/nsg-{region}")
        *allowed, last = planned["NetworkSecurityGroup", f"nsg-{region}"]["securityRules"]
        assert [(rule["destinationAddressPrefix"], rule["destinationPortRange"]) for rule in allowed] == [
            (str(hub.spoke.endpoints), "443"),
            (str(hub.spoke.resolver), "53"),
        ]
        assert (last["access"], last["sourceAddressPrefix"], last["priority"]) == ("Deny", "VirtualNetwork", 4096)
        [answer] = planned["InboundEndpoint", f"inbound-{region}"]["ipConfigurations"]
        assert answer["privateIpAddress"] == str(hub.spoke.resolver_address)


def test_private_names_are_known_in_every_spoke(estate: Estate, planned: Inputs) -> None:
    assert set(of_type(planned, "PrivateZone")) == set(private_zones(estate))
    links = {
        (link["privateZoneName"], link["virtualNetworkLinkName"])
        for link in of_type(planned, "VirtualNetworkLink").values()
    }
    assert links == {(zone, f"vnet-{region}") for zone in private_zones(estate) for region in estate.azure.hubs}


def test_logs_are_kept_a_year_and_reached_by_the_private_endpoint_alone(estate: Estate, planned: Inputs) -> None:
    kept = planned["Workspace", "logs"]
    assert kept["retentionInDays"] == 365
    assert kept["features"]["disableLocalAuth"] is True
    assert kept["publicNetworkAccessForIngestion"] == kept["publicNetworkAccessForQuery"] == "Disabled"
    modes = planned["PrivateLinkScope", "ampls"]["accessModeSettings"]
    assert modes == {"ingestionAccessMode": "PrivateOnly", "queryAccessMode": "PrivateOnly"}
    assert planned["PrivateEndpoint", "pep-ampls"]["subnet"]["id"] == endpoints_subnet(estate, "uksouth")
    records = planned["PrivateDnsZoneGroup", "names-pep-ampls"]["privateDnsZoneConfigs"]
    assert {one["privateDnsZoneId"] for one in records} < {private_zone(estate, zone) for zone in private_zones(estate)}


def test_a_tunnel_that_is_down_calls_the_engineers_and_no_address_is_written(estate: Estate, planned: Inputs) -> None:
    for region in estate.azure.hubs:
        alert = planned["MetricAlert", f"alert-tunnels-{region}"]
        assert [action["actionGroupId"] for action in alert["actions"]] == [alert_group(estate)]
        assert alert["scopes"] == [arm_id(estate, NETWORK_GROUP, "Microsoft.Network/vpnGateways", f"vpng-{region}")]
        [criterion] = alert["criteria"]["allOf"]
        assert (criterion["metricName"], criterion["operator"], criterion["threshold"]) == (
            "BgpPeerStatus",
            "LessThan",
            1,
        )
    called = planned["ActionGroup", "ag-operations"]
    assert [name for name in called if name.endswith("Receivers")] == ["armRoleReceivers"]
    roles = of_type(planned, "RoleAssignment")
    [receiver] = called["armRoleReceivers"]
    found = roles["role-engineers-monitoring"]
    assert found["roleDefinitionId"].endswith(receiver["roleId"])
    assert f"/{found['scope']}" == subscription_id(estate), "Azure looks for those whom it calls there and nowhere else"


def test_groups_and_no_persons_may_do_what_they_need(estate: Estate, planned: Inputs) -> None:
    groups = estate.azure.groups
    found = {
        name: (assignment["principalId"], f"/{assignment['scope']}", assignment["principalType"])
        for name, assignment in of_type(planned, "RoleAssignment").items()
        if name in ("role-auditors", "role-engineers-network", "role-engineers-monitoring")
    }
    everywhere = subscription_id(estate)
    assert found == {
        "role-auditors": (groups.auditors, everywhere, "Group"),
        "role-engineers-monitoring": (groups.engineers, everywhere, "Group"),
        "role-engineers-network": (groups.engineers, group_id(estate, NETWORK_GROUP), "Group"),
    }


def test_what_must_not_vanish_is_locked_and_gateways_are_not(estate: Estate, planned: Inputs) -> None:
    scopes = {f"/{found['scope']}" for found in of_type(planned, "ManagementLockByScope").values()}
    firewalls = {
        arm_id(estate, NETWORK_GROUP, "Microsoft.Network/azureFirewalls", f"afw-{region}")
        for region in estate.azure.hubs
    }
    assert firewalls | {workspace(estate)} <= scopes
    assert not [scope for scope in scopes if "vpnGateways" in scope], "a site that leaves takes its connections along"


def test_a_new_network_asks_the_sites_own_name_servers_first(planned: Inputs) -> None:
    asked = planned["LogicalNetwork", "lnet-towcester-desktops"]["dhcpOptions"]["dnsServers"]
    assert asked == ["10.20.20.10", "10.10.20.10", "10.30.20.10"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """The lab's network, applied; tests leave it as it was."""
    return Cloud.applied(tmp_path_factory, "lab", [STACK])


def test_keys_of_tunnels_are_nowhere_in_clear(lab: Cloud, tmp_path: Path) -> None:
    other = Workspace(tmp_path, lab.workspace.estate)
    plan = repr(preview_all(other, (STACK,))[STACK])
    state = stacks.state_file(lab.project(STACK)).read_text(encoding="utf-8")
    store = b"".join(path.read_bytes() for path in lab.workspace.store.parent.glob("azure.db*"))
    name = "vcn-banbury-uksouth"
    assert name in plan
    assert name in state
    assert name.encode() in store
    keys, others = (json.loads(one.hub_keys_file.read_text()) for one in (lab.workspace, other))
    assert set(keys) == set(others) == set(hub_tunnels(lab.workspace.estate))
    assert not [key for key in others.values() if key in plan]
    assert not [key for key in keys.values() if key in state or key.encode() in store]


def test_a_tunnel_without_a_key_is_named(estate: Estate, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, estate)
    workspace.ready()
    keys = json.loads(workspace.hub_keys_file.read_text())
    del keys["banbury-b-ukwest"], keys["stratford-a-uksouth"]
    stacks.seal(workspace.project(STACK), HUB_KEYS, json.dumps(keys))
    with pytest.raises(OutsideFailed) as failed:
        preview_all(workspace, (STACK,))
    words = "pyops:hub-keys: no key for banbury-b-ukwest, stratford-a-uksouth, every tunnel to a hub needs one"
    assert words in str(failed.value)
    assert "Traceback" not in str(failed.value)


def test_the_gateways_addresses_are_told_once_they_are_minted(lab: Cloud) -> None:
    told = json.loads(pulumi.called(lab.project(STACK), "stack", "output", "gateways", "--json", "--stack", "lab"))
    hubs = lab.workspace.estate.azure.hubs
    assert set(told) == set(hubs)
    for region, ends in told.items():
        assert len({end["public"] for end in ends}) == 2
        assert len({end["peering"] for end in ends}) == 2
        assert all(ip_address(end["peering"]) in hubs[region].prefix for end in ends)


def test_a_name_server_more_replaces_no_network(lab: Cloud) -> None:
    one, two = (f"zone: servers, first: 10, count: {{banbury: {count}," for count in (1, 2))
    lab.edit({one: two})
    assert summary(preview_all(lab.workspace, (STACK,))) == {}
    lab.edit({two: one})


def test_a_fourth_site_comes_and_goes(lab: Cloud, tmp_path: Path, daventry: Mapping[str, str]) -> None:
    file = lab.folder / "inventory" / "estate.yml"
    three = file.read_text(encoding="utf-8")
    lab.edit(daventry)
    came = summary(lab.up(stacks=[STACK]))[STACK]
    assert {operation for operation, _ in came} == {"create", "update"}
    assert {"vcn-daventry-uksouth", "vcn-daventry-ukwest"} <= {name for _, name in came}
    updated = [name for operation, name in came if operation == "update"]
    assert updated == ["between-sites", "nsg-uksouth", "nsg-ukwest", "to-spokes"]
    estate = lab.workspace.estate
    assert set(passing(inputs(preview_all(Workspace(tmp_path, estate), (STACK,))))) == wanted(estate)
    file.write_text(three, encoding="utf-8")
    left = summary(lab.up(stacks=[STACK]))[STACK]
    assert sorted(name for operation, name in left if operation == "delete") == sorted(
        name for operation, name in came if operation == "create"
    )
