"""Outputs: what follows from the id, what Azure mints, and the mark."""

from pyops.emulator.computed import is_ours, outputs, previewed
from pyops.emulator.values import UNKNOWN
from tests.emulator.conftest import GROUP, INTERFACE, interface

_POLICY = "azure-native:storage:ObjectReplicationPolicy"
_POLICY_ID = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/acc/objectReplicationPolicies/p"
_RULES = [{"sourceContainer": "a", "destinationContainer": "b"}, {"ruleId": "given"}]


def test_what_follows_from_the_id() -> None:
    found = outputs("azure-native:azurestackhci:NetworkInterface", INTERFACE, interface())
    assert found["name"] == "nic-one"
    assert found["type"] == "Microsoft.AzureStackHCI/networkInterfaces"
    assert found["provisioningState"] == "Succeeded"
    assert "resourceGroupName" not in found
    assert is_ours(found)


def test_minted_values_are_the_same_at_every_run_and_leave_given_ones() -> None:
    found = outputs(_POLICY, _POLICY_ID, {"rules": _RULES})
    assert found == outputs(_POLICY, _POLICY_ID, {"rules": _RULES})
    assert len(found["policyId"]) == 36
    assert len(found["rules"][0]["ruleId"]) == 36
    assert found["rules"][1]["ruleId"] == "given"
    assert "ruleId" not in _RULES[0]


def test_a_preview_does_not_know_what_is_minted() -> None:
    found = previewed(_POLICY, {"rules": _RULES, "sourceAccount": "/a"})
    assert found["policyId"] is UNKNOWN
    assert found["rules"][0]["ruleId"] is UNKNOWN
    assert found["rules"][1]["ruleId"] == "given"
    assert found["sourceAccount"] == "/a"


def test_a_system_identity_has_a_principal() -> None:
    kind = "azure-native:hybridcompute:Machine"
    inputs = {"identity": {"type": "SystemAssigned"}}
    assert len(outputs(kind, f"{GROUP}/x/y", inputs)["identity"]["principalId"]) == 36
    assert previewed(kind, inputs)["identity"]["principalId"] is UNKNOWN
    assert "identity" not in outputs(kind, f"{GROUP}/x/y", {})
