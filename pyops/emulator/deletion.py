"""What a deletion takes along, and what it is refused for.

Established: a resource group takes everything in it along (Microsoft's "Resource group and resource deletion"; the real
provider sends that very request, pulumi-azure-native#2522); a lock anywhere in it refuses the whole; nested resources
with a location of their own hold their parent (`CannotDeleteResource`); what another resource names as its own part
cannot go (`InUse...CannotBeDeleted`). Where Azure's answer was not established, the deletion is refused here.
"""

from collections.abc import Collection
from graphlib import TopologicalSorter

from pyops.emulator import locks
from pyops.emulator.identity import key, scopes_of
from pyops.emulator.store import Record, Store
from pyops.errors import Refused

_GROUP = "azure-native:resources:ResourceGroup"
GO_ALONG = frozenset(
    f"azure-native:{kind}"
    for kind in (
        "authorization:RoleAssignment",
        "azurestackhci:SecurityRule",
        "dataprotection:BackupPolicy",
        "dataprotection:DppResourceGuardProxy",
        "monitor:DiagnosticSetting",
        "network:FirewallPolicyRuleCollectionGroup",
        "network:PrivateDnsZoneGroup",
        "privatedns:PrivateRecordSet",
        "recoveryservices:ProtectionPolicy",
        "recoveryservices:ResourceGuardProxy",
        "storage:BlobContainer",
        "storage:BlobContainerImmutabilityPolicy",
        "storage:BlobServiceProperties",
        "storage:ObjectReplicationPolicy",
    )
)
"""Types that go with what they lie below. (A diagnostic setting stays behind in Azure, unseen, until a resource of that
id is made again.)"""


def going(record: Record, store: Store, making: Collection[str]) -> list[Record]:
    """What a deletion removes, in order: users before what they use, what lies below before what it lies below.

    What a kill left half-made goes too. Raises Refused for a lock, for what uses it, and for what lies below and stays.
    """
    locks.refuse_deletion(record.id, store)
    below = store.below(record.id)
    for lock in (one for one in below if locks.is_lock(one) and one.done):
        raise Refused(f"{record.id}: cannot be deleted, something in it is locked by {lock.id}, remove that first")
    inside = {key(one.id): one for one in (*below, record)}
    holding = [one for one in below if record.type != _GROUP and one.type not in GO_ALONG]
    holding += [user for user in store.users(record.id) if key(user.id) not in inside]
    standing = [one for one in holding if one.done or key(one.id) in making]
    if standing:
        more = f" and {len(standing) - 1} more" if len(standing) > 1 else ""
        raise Refused(f"{record.id}: in use by {standing[0].id}{more}, those must be deleted first")
    return _ordered({key(one.id): one for one in holding} | inside)


def _ordered(found: dict[str, Record]) -> list[Record]:
    order = TopologicalSorter[str](dict.fromkeys(found, ()))
    for place, record in found.items():
        for wanted in (*record.uses, *scopes_of(record.id)[1:]):
            # What it uses may be a part of a resource: the resource goes after it as well.
            for later in scopes_of(wanted)[:2]:
                if key(later) in found and key(later) != place:
                    order.add(key(later), place)
    return [found[place] for place in order.static_order()]
