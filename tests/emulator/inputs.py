"""Inputs of the types that tests of rules write, as small as Azure would take them, all in one group."""

from typing import Any

from tests.emulator.conftest import GROUP, group

_NETWORK = f"{GROUP}/providers/Microsoft.Network"
WAN = f"{_NETWORK}/virtualWans/wan"
HUB = f"{_NETWORK}/virtualHubs/hub"
OTHER_HUB = f"{_NETWORK}/virtualHubs/hub-west"
FIREWALL = f"{_NETWORK}/azureFirewalls/afw"
POLICY = f"{_NETWORK}/firewallPolicies/afwp"
GATEWAY = f"{_NETWORK}/vpnGateways/vpng"
SITE = f"{_NETWORK}/vpnSites/vst"
SPOKE = f"{_NETWORK}/virtualNetworks/vnet"
ZONE = f"{_NETWORK}/privateDnsZones/example.internal"
RESOLVER = f"{_NETWORK}/dnsResolvers/dns"
WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"

Inputs = dict[str, Any]


def wan(**more: Any) -> Inputs:
    return group(virtualWANName="wan", type="Standard", **more)


def hub(prefix: str = "10.0.0.0/23", name: str = "hub", **more: Any) -> Inputs:
    return group(virtualHubName=name, addressPrefix=prefix, virtualWan={"id": WAN}) | more


def policy(tier: str = "Standard", **more: Any) -> Inputs:
    return group(firewallPolicyName="afwp", sku={"tier": tier}, **more)


def firewall(name: str = "afw", at: str = HUB, tier: str = "Standard", **more: Any) -> Inputs:
    return (
        group(
            azureFirewallName=name,
            sku={"name": "AZFW_Hub", "tier": tier},
            virtualHub={"id": at},
            firewallPolicy={"id": POLICY},
        )
        | more
    )


def rule_group(name: str = "zones", priority: int = 200, **more: Any) -> Inputs:
    own = {"firewallPolicyName": "afwp", "ruleCollectionGroupName": name, "priority": priority}
    return {"resourceGroupName": "rg-banbury", **own, **more}


def intent(name: str = "intent", hop: str = FIREWALL) -> Inputs:
    policies = [{"name": "private", "destinations": ["PrivateTraffic"], "nextHop": hop}]
    own = {"virtualHubName": "hub", "routingIntentName": name, "routingPolicies": policies}
    return {"resourceGroupName": "rg-banbury", **own}


def route_table(name: str = "custom") -> Inputs:
    return {"resourceGroupName": "rg-banbury", "virtualHubName": "hub", "routeTableName": name}


def gateway(name: str = "vpng", **more: Any) -> Inputs:
    return group(gatewayName=name, virtualHub={"id": HUB}) | more


def link(name: str = "a", public: str = "198.51.100.10", peer: str = "172.30.1.1", asn: int = 64601) -> Inputs:
    return {"name": name, "ipAddress": public, "bgpProperties": {"asn": asn, "bgpPeeringAddress": peer}}


def site(*links: Inputs, **more: Any) -> Inputs:
    return group(vpnSiteName="vst", virtualWan={"id": WAN}, vpnSiteLinks=list(links or [link()])) | more


def connection(*links: str) -> Inputs:
    used = [{"name": one[-1], "vpnSiteLink": {"id": one}, "enableBgp": True} for one in links]
    own = {"gatewayName": "vpng", "connectionName": "vcn", "remoteVpnSite": {"id": SITE}, "vpnLinkConnections": used}
    return {"resourceGroupName": "rg-banbury", **own}


def subnet(name: str, prefix: str, delegated: str | None = None) -> Inputs:
    delegations = [{"name": "to", "serviceName": delegated}] if delegated else []
    return {"name": name, "addressPrefix": prefix, "delegations": delegations}


def spoke(*subnets: Inputs, space: str = "10.1.0.0/16", name: str = "vnet") -> Inputs:
    return group(virtualNetworkName=name, addressSpace={"addressPrefixes": [space]}, subnets=list(subnets))


def spoke_connection(name: str = "spoke", at: str = "hub", network: str = SPOKE) -> Inputs:
    own = {"virtualHubName": at, "connectionName": name, "remoteVirtualNetwork": {"id": network}}
    return {"resourceGroupName": "rg-banbury", **own}


def endpoint(name: str, service: str, within: str = f"{SPOKE}/subnets/endpoints") -> Inputs:
    connected = [{"name": "it", "privateLinkServiceId": service, "groupIds": ["blob"]}]
    return group(privateEndpointName=name, subnet={"id": within}, privateLinkServiceConnections=connected)


def account(name: str = "stone", **more: Any) -> Inputs:
    return group(accountName=name, kind="StorageV2", sku={"name": "Standard_ZRS"}, **more)


def account_id(name: str) -> str:
    return f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{name}"


def blob_service(name: str = "stone", *, versions: bool = True, feed: bool = True) -> Inputs:
    own = {"accountName": name, "blobServicesName": "default", "isVersioningEnabled": versions}
    return {"resourceGroupName": "rg-banbury", **own, "changeFeed": {"enabled": feed}}


def container(name: str, of: str = "stone") -> Inputs:
    return {"resourceGroupName": "rg-banbury", "accountName": of, "containerName": name}


def replication(source: str, destination: str, at: str, policy_id: str = "default", *rules: Inputs) -> Inputs:
    ends = {"sourceAccount": account_id(source), "destinationAccount": account_id(destination)}
    own = {"accountName": at, "objectReplicationPolicyId": policy_id, "rules": list(rules or [rule()]), **ends}
    return {"resourceGroupName": "rg-banbury", **own}


def rule(**more: Any) -> Inputs:
    return {"sourceContainer": "backups", "destinationContainer": "copy"} | more


def lock(scope: str, level: str = "CanNotDelete", name: str = "lock") -> Inputs:
    return {"scope": scope.lstrip("/"), "lockName": name, "level": level}


def lock_id(scope: str, name: str = "lock") -> str:
    return f"{scope}/providers/Microsoft.Authorization/locks/{name}"


def workspace() -> Inputs:
    return group(workspaceName="logs")


def diagnostics(resource: str, name: str = "to-workspace") -> Inputs:
    return {"resourceUri": resource.lstrip("/"), "name": name, "workspaceId": WORKSPACE}
