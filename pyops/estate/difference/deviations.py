"""Agreed deviations of systems and roles: told by partner and matter, since they stand in a list."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from pyops.estate.difference.fields import compare_parts
from pyops.estate.difference.telling import ADDED, REMOVED, Difference, Subject
from pyops.estate.problems import Location
from pyops.estate.service import Deviation
from pyops.estate.spoken import described


class _Deviating(Protocol):
    @property
    def deviations(self) -> tuple[Deviation, ...]: ...


def compare_deviations(
    category: str, old: Mapping[str, _Deviating], new: Mapping[str, _Deviating], at: Location
) -> Iterator[Difference]:
    """Of all that both have; `at` is where the map stands in the estate file."""
    everyone = tuple({**old, **new})
    for name in everyone:
        if name in old and name in new:
            place = (*at, name, "deviations")
            yield from _differences(Subject(name, category, everyone), old[name], new[name], place)


def _differences(subject: Subject, old: _Deviating, new: _Deviating, at: Location) -> Iterator[Difference]:
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


def _by_matter(one: _Deviating) -> dict[tuple[str, str], tuple[int, Deviation]]:
    return {(deviation.partner, deviation.what): (number, deviation) for number, deviation in enumerate(one.deviations)}
