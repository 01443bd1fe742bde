"""A stack's resources as a list that people review: type, name and the properties that matter, a line each.

`python -m tests.stacks.listing` writes the lists of `golden/` anew; their differences are the review.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pyops.emulator.values import at
from pyops.engines.pulumi import Run
from pyops.environments.workspace import Workspace
from pyops.estate import load
from tests.stacks.cloud import preview_all

INVENTORIES = Path(__file__).parents[2] / "inventories"
GOLDEN = Path(__file__).parent / "golden"
ESTATES = ("lab", "production")
TODAY = date(2026, 11, 24)

MATTERS: Mapping[str, tuple[str, ...]] = {
    "authorization:ManagementLockByScope": ("level", "scope"),
    "authorization:RoleAssignment": ("principalType", "principalId", "roleDefinitionId", "scope"),
    "azurestackhci:GalleryImage": ("imagePath", "osType"),
    "azurestackhci:LogicalNetwork": ("subnets[].addressPrefix", "subnets[].vlan"),
    "azurestackhci:NetworkInterface": (
        "ipConfigurations[].properties.privateIPAddress",
        "ipConfigurations[].properties.subnet.id",
        "macAddress",
    ),
    "azurestackhci:VirtualHardDisk": ("diskSizeGB",),
    "azurestackhci:VirtualMachineInstance": (
        "hardwareProfile.processors",
        "hardwareProfile.memoryMB",
        "storageProfile.imageReference.id",
        "securityProfile.uefiSettings.secureBootEnabled",
    ),
    "hybridcompute:Machine": ("tags.pool", "tags.ring", "tags.backup", "tags.patch-window", "tags.system"),
    "maintenance:ConfigurationAssignment": ("maintenanceConfigurationId",),
    "maintenance:MaintenanceConfiguration": ("startDateTime", "duration", "recurEvery"),
    "monitor:DiagnosticSetting": ("resourceUri",),
    "monitor:MetricAlert": ("severity", "criteria.allOf[].metricName", "criteria.allOf[].threshold"),
    "monitor:PrivateLinkScope": ("accessModeSettings.ingestionAccessMode", "accessModeSettings.queryAccessMode"),
    "monitor:ScheduledQueryRule": ("severity", "criteria.allOf[].operator", "criteria.allOf[].threshold"),
    "network:AzureFirewall": ("sku.tier", "zones", "virtualHub.id", "firewallPolicy.id"),
    "network:FirewallPolicy": ("sku.tier", "threatIntelMode", "intrusionDetection.mode"),
    "network:FirewallPolicyRuleCollectionGroup": ("priority", "ruleCollections[].rules[].name"),
    "network:IpGroup": ("ipAddresses",),
    "network:NetworkSecurityGroup": ("securityRules[].name",),
    "network:PrivateEndpoint": ("subnet.id", "privateLinkServiceConnections[].groupIds"),
    "network:RoutingIntent": ("routingPolicies[].destinations", "routingPolicies[].nextHop"),
    "network:VirtualHub": ("addressPrefix", "sku"),
    "network:VirtualNetwork": ("subnets[].name", "subnets[].addressPrefix"),
    "network:VpnConnection": ("remoteVpnSite.id", "vpnLinkConnections[].name", "vpnLinkConnections[].enableBgp"),
    "network:VpnGateway": ("virtualHub.id", "vpnGatewayScaleUnit"),
    "network:VpnSite": (
        "vpnSiteLinks[].name",
        "vpnSiteLinks[].ipAddress",
        "vpnSiteLinks[].bgpProperties.asn",
        "vpnSiteLinks[].bgpProperties.bgpPeeringAddress",
    ),
    "operationalinsights:Workspace": (
        "retentionInDays",
        "publicNetworkAccessForIngestion",
        "publicNetworkAccessForQuery",
    ),
    "recoveryservices:ProtectionPolicy": (
        "properties.schedulePolicy.scheduleRunTimes",
        "properties.retentionPolicy.dailySchedule.retentionDuration.count",
    ),
    "recoveryservices:ResourceGuardProxy": ("properties.resourceGuardResourceId",),
    "recoveryservices:Vault": (
        "properties.publicNetworkAccess",
        "properties.redundancySettings.standardTierStorageRedundancy",
        "properties.redundancySettings.crossRegionRestore",
        "properties.securitySettings.immutabilitySettings.state",
        "properties.securitySettings.softDeleteSettings.softDeleteState",
    ),
    "storage:BlobContainer": ("publicAccess",),
    "storage:BlobContainerImmutabilityPolicy": ("immutabilityPeriodSinceCreationInDays",),
    "storage:BlobServiceProperties": ("isVersioningEnabled", "changeFeed.enabled", "deleteRetentionPolicy.days"),
    "storage:ObjectReplicationPolicy": (
        "rules[].sourceContainer",
        "rules[].destinationContainer",
        "destinationAccount",
    ),
    "storage:StorageAccount": ("sku.name", "publicNetworkAccess", "minimumTlsVersion", "allowSharedKeyAccess"),
}
"""By type: what a reviewer looks for. Of every other type its location is enough."""


def listing(run: Run) -> str:
    """All that a run makes, by type and name."""
    lines = sorted(
        _line(step.type, step.name, step.inputs_after or {}) for step in run.changes if _is_azures(step.type)
    )
    return "".join(f"{line}\n" for line in lines)


def listings(estate: str, folder: Path) -> dict[str, str]:
    """The lists of an estate's stacks, on a state in which nothing has been made."""
    runs = preview_all(Workspace(folder, load(INVENTORIES / estate, TODAY)))
    return {f"{estate}-{stack}.txt": listing(run) for stack, run in runs.items()}


def _is_azures(token: str) -> bool:
    return token.startswith("azure-native:")


def _line(token: str, name: str, inputs: Mapping[str, Any]) -> str:
    kind = token.removeprefix("azure-native:")
    return " ".join([kind, name, *_facts(inputs, MATTERS.get(kind, ("location",)))])


def _facts(inputs: Mapping[str, Any], paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        found = at(dict(inputs), path)
        if found:
            label = path.replace("[]", "").rpartition(".")[2]
            owner = path.replace("[]", "").rpartition(".")[0].rpartition(".")[2]
            told = [_short(value) for value in found]
            yield f"{owner if label == 'id' else label}={told[0] if len(told) == 1 else ','.join(told)}"


def _short(value: Any) -> str:
    """An id by its last two parts, any other value as JSON without quotes around plain words."""
    if isinstance(value, str):
        parts = value.strip("/").split("/")
        return "/".join(parts[-2:]) if value.strip("/").startswith("subscriptions/") else value
    if isinstance(value, list):
        return ",".join(_short(item) for item in value)
    return json.dumps(value)


def main() -> None:
    GOLDEN.mkdir(exist_ok=True)
    for estate in ESTATES:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in listings(estate, Path(folder)).items():
                (GOLDEN / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
