"""Backups: data outlives the loss of any one site, every host is covered, and no policy promises more than it does."""

from collections.abc import Iterator

from pyops.estate.model import Estate
from pyops.estate.proofs.claims import Proof, proved
from pyops.estate.spoken import duration

HOST_BACKUP = "host_backup"
"""The policy (`pyops policies list`) that every host has a backup: who need not is exempt from it."""


def prove_copies(estate: Estate) -> Proof:
    """Every system at every site where its pools run, whichever one site is lost."""
    claim = (
        "whichever one site is lost, the data of each system at each site is left there or where its policy copies it"
    )
    return proved("copies", claim, _copies(estate))


def prove_hosts_backed_up(estate: Estate) -> Proof:
    """Every pool."""
    return proved("hosts_backed_up", "every pool has a backup policy or an exemption from it", _pools(estate))


def prove_rpo(estate: Estate) -> Proof:
    """Every policy that a pool or a system names."""
    claim = "every backup policy in use makes a backup at least as often as its RPO asks, and keeps the one before"
    return proved("rpo", claim, _policies(estate))


def _copies(estate: Estate) -> Iterator[str | None]:
    for system in estate.systems.values():
        policy = estate.backups.policies[system.backup]
        for site in sorted({place for pool in system.pools for place, n in estate.pools[pool].count.items() if n}):
            copies = estate.copies_of(site, policy)
            for lost in estate.sites:
                left = [place for place in (site, *copies) if place != lost]
                where = f"policy {policy.id} copies it to {' and '.join(copies) or 'no other site'}"
                yield None if left else f"without {lost} the data of {system.id} at {site} is gone: {where}"


def _pools(estate: Estate) -> Iterator[str | None]:
    exempt = {one.what for one in estate.exemptions if one.policy == HOST_BACKUP}
    for pool in estate.pools.values():
        if pool.backup is None and pool.id not in exempt:
            yield f"the pool {pool.id} has neither a backup policy nor an exemption"
        else:
            yield None


def _policies(estate: Estate) -> Iterator[str | None]:
    named = {pool.backup for pool in estate.pools.values()} | {system.backup for system in estate.systems.values()}
    for policy in estate.backups.policies.values():
        if policy.id not in named:
            continue
        every = f"policy {policy.id} makes a backup every {duration(policy.every)}"
        if policy.every > policy.rpo:
            yield f"{every}, its RPO is {duration(policy.rpo)}"
        elif policy.keep < policy.every:
            yield f"{every} and keeps it {duration(policy.keep)}"
        else:
            yield None
