"""Which changes make Azure replace a resource."""

from typing import Any

import pytest

from pyops.emulator.replacement import replaces

_REPLACES = [
    ("resources:ResourceGroup", "location", True),
    ("resources:ResourceGroup", "tags.site", False),
    ("resources:ResourceGroup", "resourceGroupName", True),
    ("azurestackhci:LogicalNetwork", "subnets[0].addressPrefix", True),
    ("azurestackhci:LogicalNetwork", "subnets[0].networkSecurityGroup.id", False),
    ("azurestackhci:LogicalNetwork", "subnets[1]", True),
    ("azurestackhci:LogicalNetwork", "tags", False),
    ("azurestackhci:NetworkInterface", "ipConfigurations[0].properties.privateIPAddress", True),
    ("azurestackhci:NetworkInterface", "networkSecurityGroup", False),
    ("azurestackhci:VirtualHardDisk", "diskSizeGB", True),
    ("azurestackhci:VirtualMachineInstance", "hardwareProfile.memoryMB", False),
    ("azurestackhci:VirtualMachineInstance", "storageProfile.imageReference.id", True),
    ("azurestackhci:VirtualMachineInstance", "storageProfile", True),
    ("azurestackhci:VirtualMachineInstance", "storageProfile.dataDisks[1]", False),
    ("azurestackhci:VirtualMachineInstance", "resourceUri", True),
    ("network:VpnConnection", "vpnLinkConnections[1].enableBgp", True),
    ("network:VpnConnection", "vpnLinkConnections[1].sharedKey", False),
    ("network:FirewallPolicy", "sku.tier", True),
    ("network:FirewallPolicy", "threatIntelMode", False),
    ("network:VirtualNetwork", "location", True),
    ("network:FirewallPolicyRuleCollectionGroup", "priority", False),
    ("dataprotection:BackupPolicy", "properties.policyRules[0].name", True),
    ("compute:AvailabilitySet", "location", True),
    ("compute:AvailabilitySet", "availabilitySetName", True),
    ("compute:AvailabilitySet", "platformFaultDomainCount", False),
]


@pytest.mark.parametrize(("token", "path", "expected"), _REPLACES)
def test_replacement(token: str, path: str, expected: bool) -> None:
    inputs = {"resourceGroupName": "rg", "availabilitySetName": "a"}
    assert replaces(f"azure-native:{token}", path, inputs, inputs) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Standard_LRS", "Standard_ZRS", True),
        ("Standard_LRS", "Premium_LRS", True),
        ("Standard_LRS", "Standard_GRS", False),
        ("Standard_ZRS", "Standard_GZRS", False),
    ],
)
def test_redundancy_of_an_account(before: str, after: str, expected: bool) -> None:
    old, new = _account(before), _account(after)
    assert replaces("azure-native:storage:StorageAccount", "sku.name", old, new) is expected


def _account(sku: str) -> dict[str, Any]:
    return {"resourceGroupName": "rg", "accountName": "acc", "sku": {"name": sku}}
