"""Wrong inputs: every problem at once, each with its path and its rule."""

from typing import Any

import pytest

from pyops.emulator.checking import problems
from pyops.emulator.schema import schema
from pyops.emulator.values import UNKNOWN, Secret
from tests.emulator.conftest import interface, network

_NIC = "azurestackhci:NetworkInterface"
_NETWORK = "azurestackhci:LogicalNetwork"
_ACCOUNT = "storage:StorageAccount"
_RULES = "network:FirewallPolicyRuleCollectionGroup"
_ACCOUNT_INPUTS = {"resourceGroupName": "rg", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}

_WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    (_NIC, interface(), []),
    (
        _NIC,
        {"location": "westeurope"},
        ["resourceGroupName: not given, a NetworkInterface needs it (a text)"],
    ),
    (
        _NIC,
        interface(networkInterfaceNam="x"),
        ["networkInterfaceNam: a NetworkInterface has no such property; did you mean networkInterfaceName?"],
    ),
    (
        _NIC,
        interface(zzz=1),
        ["zzz: a NetworkInterface has no such property"],
    ),
    (
        _NIC,
        interface(ipConfigurations=[{"name": "a", "properties": {"privateIpAddress": "10.0.0.1"}}]),
        [
            "ipConfigurations[0].properties.privateIpAddress: an IPConfigurationProperties has no such property;"
            " did you mean privateIPAddress?"
        ],
    ),
    (
        _NIC,
        interface(createFromLocal="yes", tags={"site": 3}, ipConfigurations={"name": "a"}),
        [
            "createFromLocal: 'yes', must be true or false",
            "ipConfigurations: a set of properties, must be a list, each item an IPConfiguration",
            "tags.site: 3, must be a text",
        ],
    ),
    (
        _NETWORK,
        network(subnets=[{"name": "servers", "vlan": "20", "ipAllocationMethod": "Statik"}]),
        [
            "subnets[0].ipAllocationMethod: 'Statik', must be one of Dynamic, Static; did you mean 'Static'?",
            "subnets[0].vlan: '20', must be a whole number",
        ],
    ),
    (_NETWORK, network(subnets=[{"vlan": 20.5}]), ["subnets[0].vlan: 20.5, must be a whole number"]),
    (_NETWORK, network(subnets=[{"vlan": True}]), ["subnets[0].vlan: true, must be a whole number"]),
    (_NETWORK, network(tags=["site"]), ["tags: a list, must be a map, each value a text"]),
    (
        _ACCOUNT,
        {**_ACCOUNT_INPUTS, "accessTier": "Cold!", "kind": "StorageV3"},
        [
            "accessTier: 'Cold!', must be one of Hot, Cool, Premium, Cold; did you mean 'Cold'?",
            "kind: 'StorageV3', must be one of Storage, StorageV2, BlobStorage, FileStorage, BlockBlobStorage;"
            " did you mean 'StorageV2'?",
        ],
    ),
    (
        _ACCOUNT,
        {"resourceGroupName": "rg", "kind": "StorageV2", "sku": {}},
        ["sku.name: not given, a Sku needs it (one of 14 names (Standard_LRS, ...))"],
    ),
    (
        _RULES,
        {
            "resourceGroupName": "rg",
            "firewallPolicyName": "p",
            "ruleCollections": [
                {
                    "ruleCollectionType": "FirewallPolicyFilterRuleCollection",
                    "rules": [{"ruleType": "NetworkRule", "x": 1}],
                }
            ],
        },
        ["ruleCollections[0].rules[0].x: a NetworkRule has no such property"],
    ),
    (
        _RULES,
        {"resourceGroupName": "rg", "firewallPolicyName": "p", "ruleCollections": [{"ruleCollectionType": "Filter"}]},
        [
            "ruleCollections[0].ruleCollectionType: 'Filter', must be one of FirewallPolicyFilterRuleCollection,"
            " FirewallPolicyNatRuleCollection"
        ],
    ),
]


@pytest.mark.parametrize(("token", "inputs", "expected"), _WRONG)
def test_messages(token: str, inputs: dict[str, Any], expected: list[str]) -> None:
    assert sorted(problems(inputs, schema(f"azure-native:{token}").inputs)) == sorted(expected)


def test_enum_values_may_differ_in_case() -> None:
    inputs = {**_ACCOUNT_INPUTS, "accessTier": "cool"}
    assert problems(inputs, schema(f"azure-native:{_ACCOUNT}").inputs) == []


def test_what_is_unknown_fits_everywhere() -> None:
    inputs = interface(location=UNKNOWN, tags=UNKNOWN, ipConfigurations=[UNKNOWN], createFromLocal=UNKNOWN)
    assert problems(inputs, schema(f"azure-native:{_NIC}").inputs) == []


def test_a_secret_of_the_right_type_fits() -> None:
    assert problems(interface(location=Secret("westeurope")), schema(f"azure-native:{_NIC}").inputs) == []


def test_a_wrong_secret_does_not_show_its_value() -> None:
    found = problems(interface(createFromLocal=Secret("hunter2")), schema(f"azure-native:{_NIC}").inputs)
    assert found == ["createFromLocal: a secret whose value does not fit, must be true or false"]
