"""Names, by type.

Sources: Microsoft's "Naming rules and restrictions for Azure resources" (the page that lists lengths and characters by
type); for Azure Local's types and backup vaults, the azurerm provider's validation. Types that neither lists are left
out, and Azure alone will tell.
"""

import re
from collections.abc import Iterator

from pyops.emulator.values import Properties, at

_NETWORK = "letters, digits, dots, hyphens and underscores, a letter or digit first, a letter, digit or underscore last"
_LOCAL = "letters, digits, dots, hyphens and underscores, a letter or digit at both ends"
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


def _network(name: str, least: int = 1, most: int = 80) -> tuple[str, str, str]:
    pattern = rf"(?=.{{{least},{most}}}$)[A-Za-z0-9]([\w.-]*[A-Za-z0-9_])?"
    return name, pattern, f"{least} to {most} {_NETWORK}"


def _local(name: str, least: int, most: int) -> tuple[str, str, str]:
    return name, rf"(?=.{{{least},{most}}}$)[A-Za-z0-9][\w.-]*[A-Za-z0-9]", f"{least} to {most} {_LOCAL}"


_RULES = {
    "authorization:ManagementLockByScope": (
        "lockName",
        r"[^<>%&?/]{1,90}",
        "1 to 90 characters without any of <>%&?/",
    ),
    "authorization:RoleAssignment": ("roleAssignmentName", _GUID, "a GUID"),
    "azurestackhci:GalleryImage": _local("galleryImageName", 2, 80),
    "azurestackhci:LogicalNetwork": _local("logicalNetworkName", 2, 64),
    "azurestackhci:NetworkInterface": _local("networkInterfaceName", 2, 80),
    "azurestackhci:StorageContainer": _local("storageContainerName", 3, 80),
    "azurestackhci:VirtualHardDisk": _local("virtualHardDiskName", 2, 64),
    "dataprotection:BackupVault": (
        "vaultName",
        r"[A-Za-z][A-Za-z0-9-]{1,49}",
        "2 to 50 letters, digits and hyphens, a letter first",
    ),
    "network:AzureFirewall": _network("azureFirewallName"),
    "network:FirewallPolicy": _network("firewallPolicyName"),
    "network:FirewallPolicyRuleCollectionGroup": _network("ruleCollectionGroupName"),
    "network:NetworkSecurityGroup": _network("networkSecurityGroupName"),
    "network:VirtualNetwork": _network("virtualNetworkName", 2, 64),
    "network:VirtualWan": _network("virtualWANName"),
    "network:VpnConnection": _network("connectionName"),
    "network:VpnGateway": _network("gatewayName"),
    "network:VpnSite": _network("vpnSiteName"),
    "operationalinsights:Workspace": (
        "workspaceName",
        r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
        "4 to 63 letters, digits and hyphens, a letter or digit at both ends",
    ),
    "privatedns:PrivateZone": (
        "privateZoneName",
        r"(?=.{1,63}$)[\w-]+(\.[\w-]+){1,33}",
        "1 to 63 characters: 2 to 34 labels of letters, digits, underscores and hyphens",
    ),
    "privatedns:VirtualNetworkLink": _network("virtualNetworkLinkName"),
    "recoveryservices:ProtectionPolicy": (
        "policyName",
        r"[A-Za-z][A-Za-z0-9-]{1,148}[A-Za-z0-9]",
        "3 to 150 letters, digits and hyphens, a letter first, no hyphen last",
    ),
    "recoveryservices:Vault": (
        "vaultName",
        r"[A-Za-z][A-Za-z0-9-]{1,49}",
        "2 to 50 letters, digits and hyphens, a letter first",
    ),
    "resources:ResourceGroup": (
        "resourceGroupName",
        r"[\w.()-]{0,89}[\w()-]",
        "1 to 90 letters, digits, underscores, hyphens, dots and brackets, no dot last",
    ),
    "storage:StorageAccount": ("accountName", r"[a-z0-9]{3,24}", "3 to 24 lower-case letters and digits"),
    "storage:BlobServiceProperties": ("blobServicesName", r"default", "default"),
    "storage:BlobContainer": (
        "containerName",
        r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*",
        "3 to 63 lower-case letters, digits and single hyphens",
    ),
}
NAMES = {f"azure-native:{kind}": rule for kind, rule in _RULES.items()}
"""By type: the input that carries the name, the pattern that it fits as a whole, and the rule in words."""


def problems(token: str, inputs: Properties) -> Iterator[str]:
    """What is wrong with a resource's own name."""
    if token not in NAMES:
        return
    name, pattern, words = NAMES[token]
    for given in at(inputs, name):
        if isinstance(given, str) and not re.fullmatch(pattern, given):
            yield f"{name}: {given!r}, must be {words}"
