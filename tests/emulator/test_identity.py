"""Ids as Azure writes them."""

from typing import Any

import pytest

from pyops.emulator.identity import arm_id, arm_type, key, minted, parent_of, scopes_of
from pyops.emulator.values import UNKNOWN, Secret

_SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
_GROUP = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/rg"
_MACHINE = f"{_GROUP}/providers/Microsoft.HybridCompute/machines/m1"
_ACCOUNT = f"{_GROUP}/providers/Microsoft.Storage/storageAccounts/acc"

_IDS: list[tuple[str, dict[str, Any], str]] = [
    ("resources:ResourceGroup", {}, _GROUP),
    ("network:VirtualWan", {"virtualWANName": "wan"}, f"{_GROUP}/providers/Microsoft.Network/virtualWans/wan"),
    (
        "network:VpnConnection",
        {"gatewayName": "g", "connectionName": "c"},
        f"{_GROUP}/providers/Microsoft.Network/vpnGateways/g/vpnConnections/c",
    ),
    (
        "azurestackhci:VirtualMachineInstance",
        {"resourceUri": _MACHINE.lstrip("/")},
        f"{_MACHINE}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default",
    ),
    (
        "authorization:ManagementLockByScope",
        {"scope": _ACCOUNT, "lockName": "keep"},
        f"{_ACCOUNT}/providers/Microsoft.Authorization/locks/keep",
    ),
    (
        "maintenance:ConfigurationAssignment",
        {
            "providerName": "Microsoft.HybridCompute",
            "resourceType": "machines",
            "resourceName": "m1",
            "configurationAssignmentName": "mca",
        },
        f"{_MACHINE}/providers/Microsoft.Maintenance/configurationAssignments/mca",
    ),
    (
        "compute:AvailabilitySet",
        {"availabilitySetName": "set"},
        f"{_GROUP}/providers/Microsoft.compute/availabilitySets/set",
    ),
    (
        "network:Subnet",
        {"virtualNetworkName": "v", "subnetName": "s"},
        f"{_GROUP}/providers/Microsoft.network/virtualNetworks/v/subnets/s",
    ),
]


@pytest.mark.parametrize(("token", "inputs", "expected"), _IDS)
def test_ids(token: str, inputs: dict[str, Any], expected: str) -> None:
    given = {"resourceGroupName": "rg", **inputs}
    assert arm_id(f"azure-native:{token}", given, _SUBSCRIPTION, "it") == expected


def test_a_secret_path_parameter_makes_an_id_too() -> None:
    inputs = {"resourceGroupName": Secret("rg")}
    assert arm_id("azure-native:resources:ResourceGroup", inputs, _SUBSCRIPTION, "it") == _GROUP


def test_an_unknown_path_parameter_makes_no_id() -> None:
    inputs = {"resourceGroupName": "rg", "accountName": UNKNOWN}
    assert arm_id("azure-native:storage:StorageAccount", inputs, _SUBSCRIPTION, "it") is None


def test_default_asks_for_a_name_that_follows_from_both_accounts() -> None:
    inputs = {
        "resourceGroupName": "rg",
        "accountName": "acc",
        "objectReplicationPolicyId": "default",
        "sourceAccount": "/a",
        "destinationAccount": "/b",
    }
    kind = "azure-native:storage:ObjectReplicationPolicy"
    first = arm_id(kind, inputs, _SUBSCRIPTION, "it")
    assert first == arm_id(kind, {**inputs, "sourceAccount": "/A"}, _SUBSCRIPTION, "it")
    assert first != arm_id(kind, {**inputs, "sourceAccount": "/c"}, _SUBSCRIPTION, "it")
    assert first is not None
    assert not first.endswith("default")


def test_ids_compare_without_case_and_leading_slash() -> None:
    assert key(_MACHINE) == key(_MACHINE.upper().lstrip("/"))


def test_what_is_minted_follows_from_the_id() -> None:
    assert minted(_MACHINE, "vmId") == minted(_MACHINE.lower(), "vmId")
    assert minted(_MACHINE, "vmId") != minted(_MACHINE, "principalId")


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        (_GROUP, None),
        (_MACHINE, _GROUP),
        (f"{_MACHINE}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default", _MACHINE),
        (
            f"{_GROUP}/providers/Microsoft.Network/vpnGateways/g/vpnConnections/c",
            f"{_GROUP}/providers/Microsoft.Network/vpnGateways/g",
        ),
        (f"{_ACCOUNT}/blobServices/default", _ACCOUNT),
        (f"{_ACCOUNT}/blobServices/default/containers/c", _ACCOUNT),
        (
            f"{_ACCOUNT}/blobServices/default/containers/c/immutabilityPolicies/default",
            f"{_ACCOUNT}/blobServices/default/containers/c",
        ),
        (f"/subscriptions/{_SUBSCRIPTION}/providers/Microsoft.Maintenance/configurationAssignments/a", None),
    ],
)
def test_parents(child: str, parent: str | None) -> None:
    assert parent_of(child) == parent


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (_GROUP, "Microsoft.Resources/resourceGroups"),
        (_MACHINE, "Microsoft.HybridCompute/machines"),
        (f"{_ACCOUNT}/blobServices/default/containers/c", "Microsoft.Storage/storageAccounts/blobServices/containers"),
    ],
)
def test_types_in_ids(resource: str, expected: str) -> None:
    assert arm_type(resource) == expected


def test_what_an_id_lies_in_innermost_first() -> None:
    group = "/subscriptions/s/resourceGroups/rg"
    machine = f"{group}/providers/Microsoft.HybridCompute/machines/m"
    lock = f"{machine}/providers/Microsoft.Authorization/locks/l"
    assert scopes_of(lock) == [lock, machine, group, "/subscriptions/s"]
    subnet = f"{group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    assert scopes_of(subnet)[1] == f"{group}/providers/Microsoft.Network/virtualNetworks/v"
    assert scopes_of("/subscriptions/s/providers/Microsoft.Authorization/locks/l")[1:] == ["/subscriptions/s"]
