"""Sign-on: who may have which role, what it reaches, and the accounts that are no person's."""

from collections.abc import Iterator, Mapping

from pyops.estate.base import Part
from pyops.estate.difference.fields import compare_maps, compare_parts
from pyops.estate.difference.telling import ADDED, REMOVED, Difference, Subject
from pyops.estate.identity import Group
from pyops.estate.model import Estate
from pyops.estate.problems import Location
from pyops.estate.service import Deviation
from pyops.estate.spoken import described

_MAPS = {"groups": "group", "services": "service account", "break_glass": "break-glass account"}


def compare_directory(old: Estate, new: Estate) -> Iterator[Difference]:
    """The directory's own rules, then groups, service accounts and break-glass accounts by name."""
    yield from compare_parts(Subject("sign-on"), old.directory, new.directory, ("directory",), but=_MAPS)
    for key, category in _MAPS.items():
        before: Mapping[str, Part] = getattr(old.directory, key)
        after: Mapping[str, Part] = getattr(new.directory, key)
        yield from compare_maps(category, before, after, ("directory", key), but=("deviations",))
    everyone = tuple({**old.directory.groups, **new.directory.groups})
    for name in everyone:
        if name in old.directory.groups and name in new.directory.groups:
            subject, at = Subject(name, "group", everyone), ("directory", "groups", name, "deviations")
            yield from _deviations(subject, old.directory.groups[name], new.directory.groups[name], at)


def _deviations(subject: Subject, old: Group, new: Group, at: Location) -> Iterator[Difference]:
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


def _by_matter(group: Group) -> dict[tuple[str, str], tuple[int, Deviation]]:
    return {(one.partner, one.what): (number, one) for number, one in enumerate(group.deviations)}
