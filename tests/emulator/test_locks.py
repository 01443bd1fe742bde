"""Locks refuse, on what they are on and below it; and go when they are told to."""

from collections.abc import Callable

import pytest

from pyops.emulator.azure import StandIn
from pyops.emulator.identity import SUBSCRIPTION
from tests.emulator.conftest import GROUP, INTERFACE, MARKED, NETWORK, group, interface, network, refusal, urn
from tests.emulator.inputs import lock, lock_id

_LOCK = "authorization:ManagementLockByScope"
_GROUP = "resources:ResourceGroup"
_NIC = "azurestackhci:NetworkInterface"
_NETWORK = "azurestackhci:LogicalNetwork"
_SUBSCRIPTION = f"/subscriptions/{SUBSCRIPTION}"

Make = Callable[..., str]


@pytest.mark.parametrize("scope", [NETWORK, GROUP, _SUBSCRIPTION])
@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_nothing_in_a_locked_scope_is_deleted(azure: StandIn, made: Make, scope: str, level: str) -> None:
    made(_NETWORK, network())
    made(_LOCK, lock(scope, level))
    words = f"{NETWORK}: cannot be deleted, the scope is locked by {lock_id(scope)} ({level}), remove that first"
    assert refusal(azure.delete, urn(_NETWORK), NETWORK, MARKED) == words
    azure.delete(urn(_LOCK), lock_id(scope), MARKED)
    azure.delete(urn(_NETWORK), NETWORK, MARKED)


def test_a_group_with_a_locked_resource_is_not_deleted(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    made(_LOCK, lock(NETWORK))
    words = f"{GROUP}: cannot be deleted, something in it is locked by {lock_id(NETWORK)}, remove that first"
    assert refusal(azure.delete, urn(_GROUP), GROUP, MARKED) == words
    assert azure.store.find(NETWORK)


def test_a_lock_on_one_resource_leaves_its_neighbours_alone(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    made(_NETWORK, network(logicalNetworkName="lnet-banbury-servers-2"), "two")
    made(_LOCK, lock(NETWORK))
    azure.delete(urn(_NETWORK, "two"), f"{NETWORK}-2", MARKED)


def test_what_hangs_on_a_locked_resource_is_not_deleted(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    role = {"scope": NETWORK.lstrip("/"), "roleAssignmentName": "0" * 8 + "-0000-0000-0000-" + "0" * 12}
    role |= {"roleDefinitionId": "/x/roleDefinitions/reader", "principalId": "somebody"}
    arm_id = made("authorization:RoleAssignment", role)
    made(_LOCK, lock(NETWORK))
    assert "the scope is locked" in refusal(azure.delete, urn("authorization:RoleAssignment"), arm_id, MARKED)


def test_a_lock_against_deletion_lets_changes_through(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    made(_LOCK, lock(GROUP))
    azure.update(urn(_NETWORK), NETWORK, MARKED, network(tags={"a": "b"}))
    made(_NIC, interface())


def test_a_read_only_scope_takes_no_write_but_locks(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    made(_LOCK, lock(GROUP, "ReadOnly"))
    locked = f"cannot be written, the scope is locked by {lock_id(GROUP)} (ReadOnly)"
    assert refusal(azure.update, urn(_NETWORK), NETWORK, MARKED, network(tags={})) == f"{NETWORK}: {locked}"
    assert refusal(azure.create, urn(_NIC), interface()) == f"{INTERFACE}: {locked}"
    made(_LOCK, lock(NETWORK), "another")
    azure.delete(urn(_LOCK, "another"), lock_id(NETWORK), MARKED)


def test_a_locked_group_leaves_another_alone(azure: StandIn, made: Make) -> None:
    made(_LOCK, lock(GROUP))
    other = group(resourceGroupName="rg-towcester")
    towcester = made(_GROUP, other, "towcester")
    azure.delete(urn(_GROUP, "towcester"), towcester, MARKED)
    assert "the scope is locked" in refusal(azure.delete, urn(_GROUP, "group"), GROUP, MARKED)
