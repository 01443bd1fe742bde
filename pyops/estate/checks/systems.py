"""Business systems, patches and backups: promises that can be kept."""

from collections.abc import Iterator
from datetime import date, timedelta

from pyops.estate.model import Estate
from pyops.estate.problems import Finding
from pyops.estate.service import Alignment, System

DAY = timedelta(days=1)


def check_systems(estate: Estate, today: date) -> Iterator[Finding]:
    """Deviations that have expired or may not be, partners without an alignment, rings past the deadline."""
    for system in estate.systems.values():
        yield from _alignment(estate, system)
        yield from _deviations(system, today)
    for ring in estate.patches.rings.values():
        if ring.delay > estate.patches.deadline:
            given = f"{ring.delay.days} days"
            yield Finding(
                ("patches", "rings", ring.id, "delay"),
                given,
                f"is past the deadline of {estate.patches.deadline.days} days",
            )
    if estate.patches.baseline > today:
        yield Finding(
            ("patches", "baseline"), estate.patches.baseline, "lies in the future: a baseline is a snapshot that exists"
        )
    for policy in estate.backups.policies.values():
        if policy.rpo < policy.every:
            yield Finding(
                ("backups", "policies", policy.id, "rpo"),
                policy.rpo,
                f"cannot be kept by a backup every {policy.every}",
            )


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
