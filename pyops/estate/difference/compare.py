"""Every section of two estates compared; a section without a page of its own is compared field by field."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from pyops.estate.base import Part
from pyops.estate.difference.cloud import compare_cloud
from pyops.estate.difference.desks import compare_desks
from pyops.estate.difference.fields import compare_maps, compare_parts, compare_values
from pyops.estate.difference.flows import compare_flows, compare_services
from pyops.estate.difference.identity import compare_directory
from pyops.estate.difference.permissions import compare_exemptions
from pyops.estate.difference.servers import compare_pools
from pyops.estate.difference.sites import compare_sites
from pyops.estate.difference.systems import compare_systems
from pyops.estate.difference.telling import Change, Difference, Subject, tell
from pyops.estate.model import Estate
from pyops.estate.spoken import label

_SECTIONS: Mapping[str, Callable[[Estate, Estate], Iterable[Difference]]] = {
    "azure": compare_cloud,
    "sites": compare_sites,
    "services": compare_services,
    "flows": compare_flows,
    "pools": compare_pools,
    "directory": compare_directory,
    "systems": compare_systems,
    "exemptions": compare_exemptions,
}
_SUBJECTS = {
    "packages": "the package source",
    "desktops": "the standard desktop",
    "patches": "patching",
    "staff_access": "the way in for devices of staff",
    "backups": "the backup plan",
}


def difference(old: Estate, new: Estate) -> list[Change]:
    """What changes from the old estate to the new one, in the file's order; empty if nothing does."""
    changes: list[Change] = []
    for name, field in Estate.model_fields.items():
        if not field.exclude and name != "plugin":
            changes += tell(_section(name, old, new))
        if name == "desktops":
            changes += compare_desks(old, new)
    return changes


def _section(name: str, old: Estate, new: Estate) -> Iterator[Difference]:
    before, after = getattr(old, name), getattr(new, name)
    if name in _SECTIONS:
        yield from _SECTIONS[name](old, new)
    elif isinstance(before, Mapping):
        yield from compare_maps(label(name).removesuffix("s"), before, after, (name,))
    elif isinstance(before, Part) and isinstance(after, Part):
        yield from compare_parts(Subject(_SUBJECTS.get(name, label(name))), before, after, (name,))
    else:
        yield from compare_values(Subject("the estate"), name, before, after, (name,))
