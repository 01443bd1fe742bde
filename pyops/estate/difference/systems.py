"""Business systems: who shares them how far, and what is agreed to differ."""

from collections.abc import Iterator

from pyops.estate.difference.fields import compare_maps, compare_parts
from pyops.estate.difference.telling import ADDED, REMOVED, Difference, Subject
from pyops.estate.model import Estate
from pyops.estate.problems import Location
from pyops.estate.service import Deviation, System
from pyops.estate.spoken import described


def compare_systems(old: Estate, new: Estate) -> Iterator[Difference]:
    """Systems by their fields; deviations by partner and matter, since they stand in a list."""
    yield from compare_maps("system", old.systems, new.systems, ("systems",), but=("deviations",))
    everyone = tuple({**old.systems, **new.systems})
    for name in everyone:
        if name in old.systems and name in new.systems:
            subject, at = Subject(name, "system", everyone), ("systems", name, "deviations")
            yield from _deviations(subject, old.systems[name], new.systems[name], at)


def _deviations(subject: Subject, old: System, new: System, at: Location) -> Iterator[Difference]:
    before, after = _by_matter(old), _by_matter(new)
    for matter in {**before, **after}:
        partner, what = matter
        if matter not in before:
            number, deviation = after[matter]
            yield Difference(ADDED, subject, f"gain a deviation of {partner}", (*at, number), described(deviation))
        elif matter not in after:
            _, deviation = before[matter]
            yield Difference(REMOVED, subject, f"lose a deviation of {partner}", at, described(deviation))
        else:
            number, deviation = after[matter]
            of = f" of the deviation of {partner} ({what})"
            yield from compare_parts(subject, before[matter][1], deviation, (*at, number), of=of)


def _by_matter(system: System) -> dict[tuple[str, str], tuple[int, Deviation]]:
    return {(one.partner, one.what): (number, one) for number, one in enumerate(system.deviations)}
