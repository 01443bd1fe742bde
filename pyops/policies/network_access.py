"""No way in from public networks."""

from pyops.policies.policy import NETWORK, Policy, benchmark, verified_module
from pyops.policies.settings import Setting, checks

SETTINGS = (
    Setting("storage:StorageAccount", "publicNetworkAccess", ("Disabled",)),
    Setting("storage:StorageAccount", "networkRuleSet.defaultAction", ("Deny",)),
    Setting("storage:StorageAccount", "allowBlobPublicAccess", (False,)),
    Setting("storage:StorageAccount", "allowCrossTenantReplication", (False,)),
    Setting("storage:BlobContainer", "publicAccess", ("None",)),
    Setting("recoveryservices:Vault", "properties.publicNetworkAccess", ("Disabled",)),
    Setting("operationalinsights:Workspace", "publicNetworkAccessForIngestion", ("Disabled",)),
    Setting("operationalinsights:Workspace", "publicNetworkAccessForQuery", ("Disabled",)),
    Setting("monitor:DataCollectionEndpoint", "networkAcls.publicNetworkAccess", ("Disabled",)),
    Setting("monitor:PrivateLinkScope", "accessModeSettings.ingestionAccessMode", ("PrivateOnly",)),
    Setting("monitor:PrivateLinkScope", "accessModeSettings.queryAccessMode", ("PrivateOnly",)),
    Setting("network:VirtualNetwork", "subnets[].defaultOutboundAccess", (False,)),
    Setting("network:VirtualNetwork", "subnets[].privateEndpointNetworkPolicies", ("Enabled",)),
)

public_access = Policy(
    "public_access",
    "no public network access",
    "Whoever steals a password must still be inside the councils' network to use it.",
    (
        benchmark("NS-2", NETWORK),
        verified_module("storage/storage-account"),
        verified_module("recovery-services/vault"),
    ),
    checks(*SETTINGS),
)
