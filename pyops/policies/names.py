"""Names follow one rule for each kind, so that people and queries find things by them."""

import re
from collections.abc import Iterator, Mapping

from pyops.estate import Estate
from pyops.policies.policy import Breach, Plan, Policy, Source
from pyops.policies.settings import said

_WORDS = "[a-z0-9]+(-[a-z0-9]+)*"
_GUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ZONE = r"privatelink(\.[a-z0-9-]+)+"


def _after(prefix: str) -> str:
    return f"{prefix}-{_WORDS}"


NAMES: Mapping[str, tuple[str, str]] = {
    "alertsmanagement:AlertProcessingRuleByName": ("alertProcessingRuleName", _after("alerts")),
    "authorization:ManagementLockByScope": ("lockName", _after("lock")),
    "authorization:RoleAssignment": ("roleAssignmentName", _GUID),
    "azurestackhci:GalleryImage": ("galleryImageName", _after("img")),
    "azurestackhci:LogicalNetwork": ("logicalNetworkName", _after("lnet")),
    "azurestackhci:NetworkInterface": ("networkInterfaceName", _after("nic")),
    "azurestackhci:StorageContainer": ("storageContainerName", _after("sc")),
    "azurestackhci:VirtualHardDisk": ("virtualHardDiskName", _after("vhd")),
    "dataprotection:ResourceGuard": ("resourceGuardsName", _after("guard")),
    "dnsresolver:DnsResolver": ("dnsResolverName", _after("dnspr")),
    "dnsresolver:InboundEndpoint": ("inboundEndpointName", _after("inbound")),
    "hybridcompute:MachineExtension": ("extensionName", "[A-Za-z]+"),
    "maintenance:ConfigurationAssignment": ("configurationAssignmentName", "patches"),
    "maintenance:MaintenanceConfiguration": ("resourceName", _after("mc")),
    "monitor:ActionGroup": ("actionGroupName", _after("ag")),
    "monitor:DataCollectionEndpoint": ("dataCollectionEndpointName", _after("dce")),
    "monitor:DataCollectionRule": ("dataCollectionRuleName", _after("dcr")),
    "monitor:DataCollectionRuleAssociation": ("associationName", f"{_after('dcr')}|configurationAccessEndpoint"),
    "monitor:DiagnosticSetting": ("name", "to-workspace"),
    "monitor:MetricAlert": ("ruleName", f"{_after('alert')}|{_after('lag')}"),
    "monitor:PrivateLinkScope": ("scopeName", "ampls"),
    "monitor:PrivateLinkScopedResource": ("name", f"logs?|{_after('dce')}"),
    "monitor:ScheduledQueryRule": ("ruleName", _after("alert")),
    "network:AzureFirewall": ("azureFirewallName", _after("afw")),
    "network:FirewallPolicy": ("firewallPolicyName", "afwp"),
    "network:FirewallPolicyRuleCollectionGroup": ("ruleCollectionGroupName", _WORDS),
    "network:HubVirtualNetworkConnection": ("connectionName", _after("vnet")),
    "network:IpGroup": ("ipGroupsName", _after("ipg")),
    "network:NetworkSecurityGroup": ("networkSecurityGroupName", _after("nsg")),
    "network:PrivateDnsZoneGroup": ("privateDnsZoneGroupName", "default"),
    "network:PrivateEndpoint": ("privateEndpointName", _after("pep")),
    "network:RoutingIntent": ("routingIntentName", "intent"),
    "network:VirtualHub": ("virtualHubName", _after("hub")),
    "network:VirtualNetwork": ("virtualNetworkName", _after("vnet")),
    "network:VirtualWan": ("virtualWANName", "wan"),
    "network:VpnConnection": ("connectionName", _after("vcn")),
    "network:VpnGateway": ("gatewayName", _after("vpng")),
    "network:VpnSite": ("vpnSiteName", _after("vst")),
    "operationalinsights:Workspace": ("workspaceName", "logs?"),
    "privatedns:PrivateZone": ("privateZoneName", _ZONE),
    "privatedns:VirtualNetworkLink": ("virtualNetworkLinkName", _after("vnet")),
    "recoveryservices:ProtectionPolicy": ("policyName", _WORDS),
    "recoveryservices:ResourceGuardProxy": ("resourceGuardProxyName", "VaultProxy"),
    "recoveryservices:Vault": ("vaultName", _after("rsv")),
    "resources:ResourceGroup": ("resourceGroupName", _after("rg")),
    "storage:BlobContainer": ("containerName", _WORDS),
    "storage:BlobContainerImmutabilityPolicy": ("immutabilityPolicyName", "default"),
    "storage:BlobServiceProperties": ("blobServicesName", "default"),
    "storage:ManagementPolicy": ("managementPolicyName", "default"),
    "storage:StorageAccount": ("accountName", "st[a-z0-9]{1,22}"),
}
"""By kind: the input that names a resource, and what the name looks like (the abbreviations of Azure's own guidance).

A `MetricAlert` of replication begins with `lag`. Names that Azure fixes are whole words here.
"""

HOSTS: Mapping[str, str] = {
    "hybridcompute:Machine": "machineName",
    "azurestackhci:VirtualMachineInstance": "osProfile.computerName",
}
"""Kinds that are named as the estate names the host: `<site>-<pool>-<nn>`."""

MINTED = frozenset({"storage:ObjectReplicationPolicy"})
"""Kinds that Azure names."""


def _names(estate: Estate, plan: Plan) -> Iterator[Breach]:
    hosts = {server.name for server in estate.servers}
    for resource in plan:
        kind = resource.kind
        if resource.is_component or kind in MINTED:
            continue
        if kind in HOSTS:
            given = resource.value(HOSTS[kind])
            if given not in hosts:
                yield Breach(f"its name is {said(given)}, which is not a server of this estate", resource)
        elif kind not in NAMES:
            yield Breach(f"no rule says how a {kind.partition(':')[2]} is named: pyops/policies/names.py", resource)
        else:
            path, pattern = NAMES[kind]
            given = resource.value(path)
            if not isinstance(given, str) or not re.fullmatch(pattern, given):
                yield Breach(f"its {path} is {said(given)}, must look like {pattern}", resource)


naming = Policy(
    "naming",
    "names begin with the abbreviation of their kind and say what they are for",
    "At night, in an alert or a bill, the name is all there is to go by.",
    (
        Source(
            "Cloud Adoption Framework, Abbreviation recommendations for Azure resources",
            "https://learn.microsoft.com/azure/cloud-adoption-framework/ready/azure-best-practices/resource-abbreviations",
        ),
    ),
    _names,
)
