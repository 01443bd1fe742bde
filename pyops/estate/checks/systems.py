"""Business systems, patches and backups: promises that can be kept."""

from collections.abc import Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.patches import Patches
from pyops.estate.problems import Finding
from pyops.estate.service import Alignment, BackupPolicy, System
from pyops.estate.spoken import duration


def check_systems(estate: Estate, today: date) -> Iterator[Finding]:
    """Deviations that have expired or may not be, partners without an alignment, rings past the deadline."""
    for system in estate.systems.values():
        yield from _alignment(estate, system)
        yield from _deviations(system, today)
    if estate.patches.baseline > today:
        rule = "lies in the future: a baseline is a snapshot that exists"
        yield Finding(("patches", "baseline"), estate.patches.baseline, rule)
    yield from _rings(estate.patches)
    for site in estate.sites:
        if site not in estate.patches.window.days:
            at = ("patches", "window", "days", site)
            yield Finding(at, None, "is missing: every site has a day on which its hosts may be changed")
    for policy in estate.backups.policies.values():
        yield from _policy(policy)


def _rings(patches: Patches) -> Iterator[Finding]:
    for ring in patches.rings.values():
        if ring.delay > patches.deadline:
            rule = f"is past the deadline of {duration(patches.deadline)}"
            yield Finding(("patches", "rings", ring.id, "delay"), duration(ring.delay), rule)


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
