"""What was deleted or overwritten comes back, and backups cannot be changed before their time."""

from collections.abc import Iterator
from datetime import timedelta

from pyops.estate import Estate
from pyops.estate.azure import backup_container, copy_container
from pyops.estate.service import BackupPolicy
from pyops.policies.planned import Planned
from pyops.policies.policy import BACKUPS, NCSC_BACKUPS, Breach, Plan, Policy, benchmark, verified_module
from pyops.policies.settings import Setting, checks

DAY = timedelta(days=1)
FEWEST_DAYS = 14
"""Long enough that a loss over a holiday is noticed."""
_SOFT_DELETE = "properties.securitySettings.softDeleteSettings"

SOFT_DELETE = (
    Setting("storage:BlobServiceProperties", "isVersioningEnabled", (True,)),
    Setting("storage:BlobServiceProperties", "deleteRetentionPolicy.enabled", (True,)),
    Setting("storage:BlobServiceProperties", "deleteRetentionPolicy.days", least=FEWEST_DAYS),
    Setting("storage:BlobServiceProperties", "containerDeleteRetentionPolicy.enabled", (True,)),
    Setting("storage:BlobServiceProperties", "containerDeleteRetentionPolicy.days", least=FEWEST_DAYS),
    Setting("recoveryservices:Vault", f"{_SOFT_DELETE}.softDeleteState", ("AlwaysON",)),
    Setting("recoveryservices:Vault", f"{_SOFT_DELETE}.enhancedSecurityState", ("AlwaysON",)),
    Setting("recoveryservices:Vault", f"{_SOFT_DELETE}.softDeleteRetentionPeriodInDays", least=FEWEST_DAYS),
)


def _soft_delete(estate: Estate, plan: Plan) -> Iterator[Breach]:
    yield from checks(*SOFT_DELETE)(estate, plan)
    served = {one.value("accountName") for one in plan if one.kind == "storage:BlobServiceProperties"}
    for account in plan:
        if account.kind == "storage:StorageAccount" and account.value("accountName") not in served:
            rule = "has no settings for its blobs: versions and soft delete are off unless they are asked for"
            yield Breach(rule, account)


soft_delete = Policy(
    "soft_delete",
    f"versions are kept, and a deletion can be taken back for {FEWEST_DAYS} days at least",
    "Most data is lost by a mistake of somebody who was allowed to delete it.",
    (
        benchmark("BR-2", BACKUPS),
        NCSC_BACKUPS,
        verified_module("storage/storage-account"),
        verified_module("recovery-services/vault"),
    ),
    _soft_delete,
)

IMMUTABILITY = (
    Setting("recoveryservices:Vault", "properties.securitySettings.immutabilitySettings.state", ("Unlocked", "Locked")),
)


def _immutability(estate: Estate, plan: Plan) -> Iterator[Breach]:
    yield from checks(*IMMUTABILITY)(estate, plan)
    periods = {
        (one.value("accountName"), one.value("containerName")): one.value("immutabilityPeriodSinceCreationInDays")
        for one in plan
        if one.kind == "storage:BlobContainerImmutabilityPolicy"
    }
    policies = _containers(estate)
    for container in plan:
        if container.kind == "storage:BlobContainer":
            name = container.value("containerName")
            period = periods.get((container.value("accountName"), name))
            yield from _kept(container, period, policies.get(name))


def _containers(estate: Estate) -> dict[str, BackupPolicy]:
    """The policy of every container that the estate's backups are in, by its name in every account."""
    found = {}
    for policy in estate.backups.policies.values():
        found[backup_container(policy.id)] = policy
        for site in estate.sites:
            found[copy_container(site, policy.id)] = policy
    return found


def _kept(container: Planned, period: object, policy: BackupPolicy | None) -> Iterator[Breach]:
    at = ("backups", "policies", policy.id, "keep") if policy else ()
    wanted = -(-policy.keep // DAY) if policy else 1
    if not isinstance(period, int) or period < wanted:
        has = f"can be changed after {period} days" if isinstance(period, int) else "can be changed at any time"
        yield Breach(f"{has}, its backups must stay as they are for {wanted} days", container, at)


immutability = Policy(
    "immutability",
    "backups cannot be changed or deleted for as long as the estate keeps them",
    "Who encrypts the councils' data for a ransom goes for its backups first.",
    (benchmark("BR-2", BACKUPS), NCSC_BACKUPS, verified_module("recovery-services/vault")),
    _immutability,
)
