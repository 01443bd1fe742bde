"""What must not vanish is locked."""

from collections.abc import Iterator, Mapping

from pyops.estate import Estate
from pyops.estate.azure import arm_id
from pyops.policies.planned import NOT_SHOWN, Planned
from pyops.policies.policy import ASSETS, BACKUPS, Breach, Plan, Policy, benchmark

LOCKED: Mapping[str, tuple[str, str]] = {
    "storage:StorageAccount": ("Microsoft.Storage/storageAccounts", "accountName"),
    "recoveryservices:Vault": ("Microsoft.RecoveryServices/vaults", "vaultName"),
    "dataprotection:ResourceGuard": ("Microsoft.DataProtection/resourceGuards", "resourceGuardsName"),
    "azurestackhci:VirtualHardDisk": ("Microsoft.AzureStackHCI/virtualHardDisks", "virtualHardDiskName"),
    "network:AzureFirewall": ("Microsoft.Network/azureFirewalls", "azureFirewallName"),
}
"""Kinds that need a lock: their type in Azure's own words, and the input that names them."""

_LOCK = "authorization:ManagementLockByScope"
_LEVELS = ("CanNotDelete", "ReadOnly")


def _locks(estate: Estate, plan: Plan) -> Iterator[Breach]:
    locks = [one for one in plan if one.kind == _LOCK]
    locked = {_comparable(one.value("scope")) for one in locks if one.value("level") in _LEVELS}
    for resource in plan:
        if resource.kind in LOCKED and _needs_lock(estate, resource) and _id(estate, resource) not in locked:
            yield Breach("has no lock: whoever may change it may delete it", resource)
    for lock in locks:
        if lock.value("level") not in _LEVELS:
            yield Breach(f"its level is {lock.value('level')}, must be CanNotDelete or ReadOnly", lock)


def _needs_lock(estate: Estate, resource: Planned) -> bool:
    """A disk of a pool without a backup policy holds nothing that cannot be made again; its exemption says so."""
    pool = estate.pools.get(str(resource.tags.get("pool", "")))
    return resource.kind != "azurestackhci:VirtualHardDisk" or pool is None or pool.backup is not None


def _id(estate: Estate, resource: Planned) -> str:
    kind, name = LOCKED[resource.kind]
    return _comparable(arm_id(estate, str(resource.value("resourceGroupName")), kind, str(resource.value(name))))


def _comparable(scope: object) -> str:
    """Azure writes ids in letters of its own choice, and a scope without its first slash."""
    return "" if scope is NOT_SHOWN else str(scope).strip("/").lower()


deletion_locks = Policy(
    "deletion_locks",
    "what holds data or guards it has a lock against deletion",
    "A lock turns a deletion by mistake into two deliberate steps, and who reads it finds out why.",
    (benchmark("AM-3", ASSETS), benchmark("BR-2", BACKUPS)),
    _locks,
    hidden="a lock of a scope that is not shown locks nothing",
)
