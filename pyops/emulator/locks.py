"""Management locks: what they refuse, of the resource that they are on and of everything below it.

Source: Microsoft's "Lock your resources to protect your infrastructure": a lock is inherited; CanNotDelete refuses
deletion, ReadOnly every write as well; who may, deletes the lock itself. The error is ScopeLocked.
"""

from pyops.emulator.identity import key, scopes_of
from pyops.emulator.store import Record, Store
from pyops.emulator.values import at
from pyops.errors import Refused

_LOCK = "azure-native:authorization:ManagementLockByScope"
_PLACE = "/providers/Microsoft.Authorization/locks"


def refuse_write(arm_id: str, store: Store) -> None:
    """Raise Refused when a ReadOnly lock is in the way of making or changing a resource."""
    for lock in _locks(arm_id, store):
        if at(lock.inputs, "level") == ["ReadOnly"] and not _is_lock(arm_id):
            raise Refused(f"{arm_id}: cannot be written, the scope is locked by {lock.id} (ReadOnly)")


def refuse_deletion(arm_id: str, store: Store) -> None:
    """Raise Refused when a lock is in the way of deleting a resource."""
    for lock in _locks(arm_id, store):
        if not _is_lock(arm_id):
            level = at(lock.inputs, "level")[0]
            raise Refused(f"{arm_id}: cannot be deleted, the scope is locked by {lock.id} ({level}), remove that first")


def is_lock(record: Record) -> bool:
    """Whether a record is a lock."""
    return record.type == _LOCK


def _locks(arm_id: str, store: Store) -> list[Record]:
    return [lock for scope in scopes_of(arm_id) for lock in store.below(f"{scope}{_PLACE}", _LOCK) if lock.done]


def _is_lock(arm_id: str) -> bool:
    return f"{_PLACE}/".lower() in key(arm_id)
