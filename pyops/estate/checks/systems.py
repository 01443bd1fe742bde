"""Business systems and backups: promises that can be kept."""

from collections.abc import Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.problems import Finding
from pyops.estate.service import Alignment, BackupPolicy, System
from pyops.estate.spoken import duration


def check_systems(estate: Estate, today: date) -> Iterator[Finding]:
    """Deviations that have expired or may not be, partners without an alignment, backups that keep no promise."""
    for system in estate.systems.values():
        yield from _alignment(estate, system)
        yield from _deviations(system, today)
    for policy in estate.backups.policies.values():
        yield from _policy(policy)


def _policy(policy: BackupPolicy) -> Iterator[Finding]:
    at, every = ("backups", "policies", policy.id), duration(policy.every)
    if policy.rpo < policy.every:
        yield Finding((*at, "rpo"), duration(policy.rpo), f"cannot be kept by a backup every {every}")
    if policy.keep < policy.every:
        yield Finding((*at, "keep"), duration(policy.keep), f"is shorter than the {every} between two backups")


def _alignment(estate: Estate, system: System) -> Iterator[Finding]:
    for partner in estate.partners:
        if partner not in system.alignment:
            at = ("systems", system.id, "alignment", partner)
            yield Finding(at, None, f"is missing: every partner has an alignment model ({', '.join(Alignment)})")


def _deviations(system: System, today: date) -> Iterator[Finding]:
    for number, deviation in enumerate(system.deviations):
        at = ("systems", system.id, "deviations", number)
        if deviation.expires < today:
            yield Finding(
                (*at, "expires"),
                deviation.expires,
                f"the deviation has expired (today is {today}): renew it with a reason or end it",
            )
        model = system.alignment.get(deviation.partner)
        if model is Alignment.FULL:
            yield Finding((*at, "partner"), deviation.partner, "is aligned in full and can have no deviation")
