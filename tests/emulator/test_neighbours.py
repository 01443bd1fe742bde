"""Azure's rules among what exists: what does not fit there is refused when it is made or changed."""

from collections.abc import Callable
from typing import Any

import pytest

from pyops.emulator.azure import StandIn
from pyops.errors import Refused
from tests.emulator.conftest import GROUP, MARKED, group, refusal, urn
from tests.emulator.inputs import (
    FIREWALL,
    GATEWAY,
    HUB,
    OTHER_HUB,
    POLICY,
    RESOLVER,
    SITE,
    SPOKE,
    connection,
    diagnostics,
    firewall,
    gateway,
    hub,
    intent,
    link,
    policy,
    route_table,
    rule_group,
    site,
    spoke,
    spoke_connection,
    subnet,
    wan,
    workspace,
)

_NETWORK = "azurestackhci:LogicalNetwork"
_NIC = "azurestackhci:NetworkInterface"
_HUB = "network:VirtualHub"
_SPOKE = "network:VirtualNetwork"
_SITE = "network:VpnSite"
_RULES = "network:FirewallPolicyRuleCollectionGroup"

Make = Callable[..., str]


@pytest.fixture
def wide(made: Make) -> Make:
    """Makes resources where there is a WAN with one hub, and a firewall in it."""
    made("network:VirtualWan", wan(), "wan")
    made(_HUB, hub(), "hub")
    made("network:FirewallPolicy", policy(), "policy")
    made("network:AzureFirewall", firewall(), "firewall")
    return made


def _refused(make: Make, token: str, inputs: dict[str, Any], name: str = "refused") -> str:
    return refusal(make, token, inputs, name).partition(": ")[2]


def test_hubs_of_a_wan_that_overlap(wide: Make) -> None:
    words = f"10.0.1.0/24 overlaps 10.0.0.0/23 of {HUB}, a WAN's hubs and networks are apart"
    assert _refused(wide, _HUB, hub("10.0.1.0/24", "hub-west")) == words
    wide(_HUB, hub("10.0.2.0/23", "hub-west"), "west")


def test_a_network_that_overlaps_any_hub_of_the_wan(wide: Make) -> None:
    wide(_HUB, hub("10.0.2.0/23", "hub-west"), "west")
    wide(_SPOKE, spoke(space="10.0.3.0/24"))
    words = f"10.0.3.0/24 overlaps 10.0.2.0/23 of {OTHER_HUB}, a WAN's hubs and networks are apart"
    assert _refused(wide, "network:HubVirtualNetworkConnection", spoke_connection()) == words


def test_a_hub_that_overlaps_a_network_of_another(wide: Make) -> None:
    wide(_SPOKE, spoke(space="10.0.3.0/24"))
    wide("network:HubVirtualNetworkConnection", spoke_connection())
    words = f"10.0.2.0/23 overlaps 10.0.3.0/24 of {SPOKE}, a WAN's hubs and networks are apart"
    assert _refused(wide, _HUB, hub("10.0.2.0/23", "hub-west")) == words


def test_a_network_is_connected_to_one_hub(wide: Make) -> None:
    wide(_HUB, hub("10.0.2.0/23", "hub-west"), "west")
    wide(_SPOKE, spoke())
    first = wide("network:HubVirtualNetworkConnection", spoke_connection())
    words = f"the one connection to a hub that {SPOKE} may have is taken by {first}"
    assert _refused(wide, "network:HubVirtualNetworkConnection", spoke_connection(at="hub-west")) == words


def test_a_hub_has_one_firewall_and_one_gateway_in_its_region(wide: Make) -> None:
    assert (
        _refused(wide, "network:AzureFirewall", firewall("two"))
        == f"the one firewall of its hub is taken by {FIREWALL}"
    )
    wide("network:VpnGateway", gateway())
    words = f"the one VPN gateway of its hub is taken by {GATEWAY}"
    assert _refused(wide, "network:VpnGateway", gateway("two")) == words
    words = "location ukwest is not its hub's westeurope, they are in one region"
    assert words in _refused(wide, "network:VpnGateway", gateway("two", location="ukwest"))
    assert words in _refused(wide, "network:AzureFirewall", firewall("two", location="ukwest"))


def test_a_hub_has_one_routing_intent_through_its_own_firewall(wide: Make) -> None:
    wide(_HUB, hub("10.0.2.0/23", "hub-west"), "west")
    other = wide("network:AzureFirewall", firewall("afw-west", OTHER_HUB), "firewall-west")
    words = f"its next hop {other} is in another hub, a routing intent goes through its own hub's firewall"
    assert _refused(wide, "network:RoutingIntent", intent(hop=other)) == words
    first = wide("network:RoutingIntent", intent())
    words = f"the one routing intent of its hub is taken by {first}"
    assert _refused(wide, "network:RoutingIntent", intent("second")) == words


def test_routing_intent_and_custom_route_tables_exclude_each_other(wide: Make) -> None:
    table = wide("network:HubRouteTable", route_table(), "table")
    words = "custom route tables and routing intent exclude each other"
    assert _refused(wide, "network:RoutingIntent", intent()) == f"its hub has {table}, {words}"


def test_no_custom_route_table_beside_a_routing_intent(wide: Make) -> None:
    made = wide("network:RoutingIntent", intent())
    words = "custom route tables and routing intent exclude each other"
    assert _refused(wide, "network:HubRouteTable", route_table()) == f"its hub has {made}, {words}"
    wide("network:HubRouteTable", route_table("defaultRouteTable"), "default")


def test_a_priority_that_another_group_of_the_policy_has(wide: Make) -> None:
    first = wide(_RULES, rule_group(), "one")
    words = f"its priority 200 is taken by {first}"
    assert _refused(wide, _RULES, rule_group("other")) == words
    wide(_RULES, rule_group("other", 300), "two")


def test_a_premium_policy_needs_a_premium_firewall(made: Make) -> None:
    made("network:VirtualWan", wan(), "wan")
    made(_HUB, hub(), "hub")
    made("network:FirewallPolicy", policy("Premium"), "policy")
    words = f"its policy {POLICY} is of the Premium tier, a firewall of a lower one cannot use it"
    assert _refused(made, "network:AzureFirewall", firewall()) == words
    made("network:AzureFirewall", firewall(tier="Premium"))


def test_a_connection_to_a_link_that_its_site_does_not_have(wide: Make) -> None:
    wide("network:VpnGateway", gateway())
    wide(_SITE, site())
    missing = f"{SITE}/vpnSiteLinks/b"
    words = f"{missing} does not exist, it must be made first"
    assert _refused(wide, "network:VpnConnection", connection(missing)) == words
    wide("network:VpnConnection", connection(f"{SITE}/vpnSiteLinks/A"))


def test_a_connection_over_a_link_of_another_site(wide: Make) -> None:
    wide("network:VpnGateway", gateway())
    wide(_SITE, site(), "one")
    wide(_SITE, site(vpnSiteName="other"), "other")
    foreign = f"{SITE.replace('vst', 'other')}/vpnSiteLinks/a"
    words = f"its link {foreign} is not one of the site that it connects"
    assert _refused(wide, "network:VpnConnection", connection(foreign)) == words


def test_bgp_over_a_link_without_a_peer(wide: Make) -> None:
    wide("network:VpnGateway", gateway())
    wide(_SITE, site({"name": "a", "ipAddress": "198.51.100.10"}))
    words = f"its link {SITE}/vpnSiteLinks/a has no BGP peer, enableBgp needs one"
    assert _refused(wide, "network:VpnConnection", connection(f"{SITE}/vpnSiteLinks/a")) == words


def test_a_link_in_use_is_not_removed(azure: StandIn, wide: Make) -> None:
    wide("network:VpnGateway", gateway())
    wide(_SITE, site(link(), link("b", "203.0.113.10", "172.30.1.2")))
    user = wide("network:VpnConnection", connection(f"{SITE}/vpnSiteLinks/b"))
    words = f"{SITE}: its link b is in use by {user}, a link in use cannot be removed"
    assert refusal(azure.update, urn(_SITE), SITE, MARKED, site(link())) == words


@pytest.mark.parametrize("now", [[], [subnet("inbound", "10.1.1.0/24", "Microsoft.Network/dnsResolvers")]])
def test_a_subnet_in_use_neither_goes_nor_moves(azure: StandIn, made: Make, now: list[dict[str, Any]]) -> None:
    user = _resolver(made, "10.1.0.4")
    words = f"{SPOKE}: its subnet inbound is in use by {user}, a subnet in use can neither go nor move"
    assert refusal(azure.update, urn(_SPOKE), SPOKE, MARKED, spoke(*now)) == words


def _resolver(made: Make, address: str, *, prefix: str = "10.1.0.0/28", delegated: bool = True) -> str:
    made(_SPOKE, spoke(subnet("inbound", prefix, "Microsoft.Network/dnsResolvers" if delegated else None)))
    made("dnsresolver:DnsResolver", group(dnsResolverName="dns", virtualNetwork={"id": SPOKE}))
    at = {"subnet": {"id": f"{SPOKE}/subnets/inbound"}, "privateIpAddress": address}
    endpoint = group(dnsResolverName="dns", inboundEndpointName="in", ipConfigurations=[at])
    return made("dnsresolver:InboundEndpoint", endpoint)


@pytest.mark.parametrize("address", ["10.1.0.3", "10.1.0.15", "10.1.0.16"])
def test_a_resolver_takes_no_address_that_azure_keeps(made: Make, address: str) -> None:
    words = f"its address {address} is not for giving in 10.1.0.0/28, Azure keeps the first 4 and the last"
    assert refusal(_resolver, made, address).endswith(words)


def test_a_resolver_stands_in_a_subnet_that_is_delegated_and_wide_enough(made: Make) -> None:
    with pytest.raises(Refused) as refused:
        _resolver(made, "10.1.0.4", prefix="10.1.0.0/29", delegated=False)
    assert [line.partition(": ")[2] for line in str(refused.value).splitlines()] == [
        "its subnet inbound is not delegated to Microsoft.Network/dnsResolvers",
        "its subnet's 10.1.0.0/29 is too small, a resolver needs at least /28",
    ]


def test_a_resolver_stands_in_its_own_network(made: Make) -> None:
    made(_SPOKE, spoke(name="vnet-other"), "other")
    made(_SPOKE, spoke(subnet("inbound", "10.1.0.0/28", "Microsoft.Network/dnsResolvers")), "own")
    other = SPOKE.replace("vnet", "vnet-other")
    made("dnsresolver:DnsResolver", group(dnsResolverName="dns", virtualNetwork={"id": other}))
    at = {"subnet": {"id": f"{SPOKE}/subnets/inbound"}, "privateIpAddress": "10.1.0.4"}
    endpoint = group(dnsResolverName="dns", inboundEndpointName="in", ipConfigurations=[at])
    words = f"its subnet {SPOKE}/subnets/inbound is not one of its resolver's network"
    assert refusal(made, "dnsresolver:InboundEndpoint", endpoint) == f"{RESOLVER}/inboundEndpoints/in: {words}"


def test_a_network_is_linked_to_one_zone_of_a_name(made: Make) -> None:
    made(_SPOKE, spoke())
    made("resources:ResourceGroup", group(resourceGroupName="rg-towcester"), "towcester")
    for at in ("rg-banbury", "rg-towcester"):
        made("privatedns:PrivateZone", group(resourceGroupName=at, privateZoneName="example.internal"), f"zone-{at}")
    names = {"privateZoneName": "example.internal", "virtualNetworkLinkName": "vnet"}
    linked = group(location="global", virtualNetwork={"id": SPOKE}, **names)
    first = made("privatedns:VirtualNetworkLink", linked, "one")
    words = f"the one link to a zone example.internal that {SPOKE} may have is taken by {first}"
    assert _refused(made, "privatedns:VirtualNetworkLink", linked | {"resourceGroupName": "rg-towcester"}) == words


def test_an_account_whose_name_exists_in_another_group(made: Make) -> None:
    account = group(accountName="stone", kind="StorageV2", sku={"name": "Standard_LRS"})
    first = made("storage:StorageAccount", account)
    made("resources:ResourceGroup", group(resourceGroupName="rg-towcester"), "towcester")
    words = f"its name stone, of which there is one in all of Azure, is taken by {first}"
    assert _refused(made, "storage:StorageAccount", account | {"resourceGroupName": "rg-towcester"}) == words


def test_a_role_that_the_principal_has_already(made: Make) -> None:
    role = {"scope": GROUP[1:], "roleDefinitionId": "/x/roleDefinitions/reader", "principalId": "p"}
    names = [f"{digit * 8}-0000-0000-0000-000000000000" for digit in "01"]
    first = made("authorization:RoleAssignment", role | {"roleAssignmentName": names[0]})
    words = f"the role reader of p in this scope is taken by {first}"
    assert _refused(made, "authorization:RoleAssignment", role | {"roleAssignmentName": names[1]}) == words


def test_two_settings_that_send_one_resources_logs_to_one_workspace(made: Make) -> None:
    made("operationalinsights:Workspace", workspace())
    first = made("monitor:DiagnosticSetting", diagnostics(GROUP))
    words = f"sending this resource's logs to its workspace is taken by {first}"
    assert _refused(made, "monitor:DiagnosticSetting", diagnostics(GROUP, "again")) == words


def test_an_update_is_held_to_the_rules_too(azure: StandIn, wide: Make) -> None:
    wide(_RULES, rule_group(), "one")
    second = wide(_RULES, rule_group("other", 300), "two")
    words = f"{second}: its priority 200 is taken by {second.replace('other', 'zones')}"
    assert refusal(azure.update, urn(_RULES, "two"), second, MARKED, rule_group("other", 200)) == words
    azure.update(urn(_RULES, "two"), second, MARKED, rule_group("other", 400))
    wide(_RULES, rule_group("third", 300), "three")
