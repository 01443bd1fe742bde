"""Backups are copied to every site that the estate names, and to no other."""

from collections.abc import Iterator

from pyops.estate import Estate
from pyops.estate.azure import backup_container, copy_container, storage_account, storage_account_id
from pyops.estate.network import Site
from pyops.estate.service import BackupPolicy
from pyops.policies.planned import NOT_SHOWN, Planned
from pyops.policies.policy import BACKUPS, NCSC_BACKUPS, Breach, Plan, Policy, benchmark

_KIND = "storage:ObjectReplicationPolicy"


def _copies(estate: Estate, plan: Plan) -> Iterator[Breach]:
    replications = [one for one in plan if one.kind == _KIND]
    if not any(one.kind == "storage:StorageAccount" for one in plan):
        return
    for policy in estate.backups.policies.values():
        for source in estate.sites.values():
            for name in estate.copies_of(source.id, policy):
                yield from _copy(estate, policy, source, estate.sites[name], replications)
    yield from _strangers(estate, replications)


def _copy(
    estate: Estate, policy: BackupPolicy, source: Site, destination: Site, replications: list[Planned]
) -> Iterator[Breach]:
    """Azure wants the policy on both accounts: the receiver's first, whose ids the sender repeats."""
    wanted = (backup_container(policy.id), copy_container(source.id, policy.id))
    for role, holder in (("received by", destination), ("sent to", source)):
        found = [
            one
            for one in replications
            if one.value("accountName") == storage_account(estate, holder)
            and _ends(one) == _pair(estate, source, destination)
        ]
        if not any(wanted in _rules(one) or _rules_hidden(one) for one in found):
            says = f"backups of {source.id} under policy {policy.id} are not {role} {destination.id}"
            at = ("backups", "policies", policy.id, "mirror")
            yield Breach(says, at=at, about=(policy.id, source.id, destination.id))


def _strangers(estate: Estate, replications: list[Planned]) -> Iterator[Breach]:
    allowed = {
        _pair(estate, source, estate.sites[name])
        for policy in estate.backups.policies.values()
        for source in estate.sites.values()
        for name in estate.copies_of(source.id, policy)
    }
    for one in replications:
        if _ends(one) not in allowed:
            source, destination = (end.rpartition("/")[2] for end in _ends(one))
            yield Breach(f"copies {source} to {destination}, which no backup policy of the estate does", one)


def _pair(estate: Estate, source: Site, destination: Site) -> tuple[str, str]:
    return storage_account_id(estate, source).lower(), storage_account_id(estate, destination).lower()


def _ends(one: Planned) -> tuple[str, str]:
    return str(one.value("sourceAccount")).lower(), str(one.value("destinationAccount")).lower()


def _rules(one: Planned) -> set[tuple[object, object]]:
    sources, destinations = one.values("rules[].sourceContainer"), one.values("rules[].destinationContainer")
    return set(zip(sources, destinations, strict=True))


def _rules_hidden(one: Planned) -> bool:
    return one.value("rules") is NOT_SHOWN


backup_copies = Policy(
    "backup_copies",
    "backups are copied to every site that their policy names, and nowhere else",
    "A copy in the building that burns is none.",
    (benchmark("BR-1", BACKUPS), NCSC_BACKUPS),
    _copies,
    hidden="rules that only Azure will know (a sender repeats the ids that the receiver is given) are taken as right",
)
