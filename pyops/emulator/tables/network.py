"""Known types of the wide area network, its hubs and their spokes.

Sources of the `replaces` columns: the azure-native provider (path parameters, and location where it knows it) and what
the azurerm provider re-creates; without them Azure takes the update and then fails.
"""

from pyops.emulator.kinds import GROUP, Kind, in_group

_HUB = "Microsoft.Network/virtualHubs/{virtualHubName}"
_POLICY = "Microsoft.Network/firewallPolicies/{firewallPolicyName}"
_ZONE = "Microsoft.Network/privateDnsZones/{privateZoneName}"


def _network(name: str, path: str, **facts: object) -> Kind:
    return Kind(f"azure-native:network:{name}", in_group(path), **facts)  # type: ignore[arg-type]  # passed on as given


def _dns(name: str, path: str, **facts: object) -> Kind:
    return Kind(f"azure-native:{name}", in_group(path), **facts)  # type: ignore[arg-type]  # passed on as given


KINDS = (
    Kind("azure-native:resources:ResourceGroup", GROUP, located=True),
    _network("VirtualWan", "Microsoft.Network/virtualWans/{virtualWANName}", located=True),
    _network(
        "VirtualHub", _HUB, located=True, replaces=("addressPrefix", "sku", "virtualWan"), needs=("virtualWan.id",)
    ),
    _network(
        "VpnSite",
        "Microsoft.Network/vpnSites/{vpnSiteName}",
        located=True,
        replaces=("virtualWan",),
        needs=("virtualWan.id",),
    ),
    _network(
        "VpnGateway",
        "Microsoft.Network/vpnGateways/{gatewayName}",
        located=True,
        replaces=("virtualHub", "bgpSettings.asn", "bgpSettings.peerWeight"),
        needs=("virtualHub.id",),
        note="the offsets of its addresses in the hub's prefix are those commonly seen, its public ones nobody's",
    ),
    _network(
        "VpnConnection",
        "Microsoft.Network/vpnGateways/{gatewayName}/vpnConnections/{connectionName}",
        replaces=("remoteVpnSite", "vpnLinkConnections[].vpnSiteLink", "vpnLinkConnections[].enableBgp"),
        needs=("remoteVpnSite.id", "vpnLinkConnections[].vpnSiteLink.id"),
        note="Azure changes the connections of a gateway one at a time; that it refuses two at once is believed, not "
        "confirmed",
    ),
    _network("FirewallPolicy", _POLICY, located=True, replaces=("sku.tier",), needs=("basePolicy.id",)),
    _network(
        "FirewallPolicyRuleCollectionGroup",
        f"{_POLICY}/ruleCollectionGroups/{{ruleCollectionGroupName}}",
        needs=(
            "ruleCollections[].rules[].sourceIpGroups[]",
            "ruleCollections[].rules[].destinationIpGroups[]",
        ),
        note="the real provider tries three times more when Azure answers that another write is in progress",
    ),
    _network("IpGroup", "Microsoft.Network/ipGroups/{ipGroupsName}", located=True),
    _network(
        "AzureFirewall",
        "Microsoft.Network/azureFirewalls/{azureFirewallName}",
        located=True,
        replaces=("sku.name", "zones"),
        needs=("virtualHub.id", "firewallPolicy.id"),
    ),
    _network("RoutingIntent", f"{_HUB}/routingIntent/{{routingIntentName}}", needs=("routingPolicies[].nextHop",)),
    _network("HubRouteTable", f"{_HUB}/hubRouteTables/{{routeTableName}}"),
    _network(
        "HubVirtualNetworkConnection",
        f"{_HUB}/hubVirtualNetworkConnections/{{connectionName}}",
        replaces=("remoteVirtualNetwork",),
        needs=("remoteVirtualNetwork.id",),
        note="that its network replaces it is believed, not confirmed",
    ),
    _network(
        "VirtualNetwork",
        "Microsoft.Network/virtualNetworks/{virtualNetworkName}",
        located=True,
        needs=("subnets[].networkSecurityGroup.id",),
    ),
    _network(
        "NetworkSecurityGroup", "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}", located=True
    ),
    _network(
        "PrivateEndpoint",
        "Microsoft.Network/privateEndpoints/{privateEndpointName}",
        located=True,
        replaces=("subnet",),
        needs=("subnet.id", "privateLinkServiceConnections[].privateLinkServiceId"),
        note="which free address of its subnet it takes is not established (the first here), nor its DNS names",
    ),
    _network(
        "PrivateDnsZoneGroup",
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
        needs=("privateDnsZoneConfigs[].privateDnsZoneId",),
        note="it writes no records",
    ),
    _dns("privatedns:PrivateZone", _ZONE, located=True),
    _dns(
        "privatedns:VirtualNetworkLink",
        f"{_ZONE}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
        located=True,
        replaces=("virtualNetwork",),
        needs=("virtualNetwork.id",),
    ),
    _dns("privatedns:PrivateRecordSet", f"{_ZONE}/{{recordType}}/{{relativeRecordSetName}}"),
    _dns(
        "dnsresolver:DnsResolver",
        "Microsoft.Network/dnsResolvers/{dnsResolverName}",
        located=True,
        replaces=("virtualNetwork",),
        needs=("virtualNetwork.id",),
    ),
    _dns(
        "dnsresolver:InboundEndpoint",
        "Microsoft.Network/dnsResolvers/{dnsResolverName}/inboundEndpoints/{inboundEndpointName}",
        located=True,
        replaces=("ipConfigurations[].subnet",),
        needs=("ipConfigurations[].subnet.id",),
        note="that its subnet replaces it is believed, not confirmed",
    ),
)
