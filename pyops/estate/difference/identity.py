"""Sign-on: who may have which role, what it reaches, and the accounts that are no person's."""

from collections.abc import Iterator, Mapping

from pyops.estate.base import Part
from pyops.estate.difference.deviations import compare_deviations
from pyops.estate.difference.fields import compare_maps, compare_parts
from pyops.estate.difference.telling import Difference, Subject
from pyops.estate.model import Estate

_MAPS = {"groups": "group", "services": "service account", "break_glass": "break-glass account"}


def compare_directory(old: Estate, new: Estate) -> Iterator[Difference]:
    """The directory's own rules, then groups, service accounts and break-glass accounts by name."""
    yield from compare_parts(Subject("sign-on"), old.directory, new.directory, ("directory",), but=_MAPS)
    for key, category in _MAPS.items():
        before: Mapping[str, Part] = getattr(old.directory, key)
        after: Mapping[str, Part] = getattr(new.directory, key)
        yield from compare_maps(category, before, after, ("directory", key), but=("deviations",))
    groups = (old.directory.groups, new.directory.groups)
    yield from compare_deviations("group", *groups, ("directory", "groups"))
