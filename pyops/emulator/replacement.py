"""Which changed properties make Azure replace a resource instead of changing it."""

import re
from typing import Any

from pyops.emulator.identity import name_parameter, path_names
from pyops.emulator.kinds import EVERYTHING, Kind, kind_of
from pyops.emulator.values import Properties, bare


def replaces(token: str, path: str, old: Properties, new: Properties) -> bool:
    """Whether a change at a property path replaces the resource.

    Path parameters and location always do. A type that no table knows is replaced by those alone.
    """
    plain = re.sub(r"\[\d+\]", "[]", path)
    kind = kind_of(token)
    if plain == "location":
        return kind is None or kind.located
    if kind is None:
        return plain in _unknown_path(token, new)
    if plain in kind.path_parameters:
        return True
    return _in_table(kind, plain) or _redundancy_replaces(token, plain, old, new)


def _unknown_path(token: str, inputs: Properties) -> set[str]:
    own = name_parameter(token, inputs)
    return set(path_names(token, bare(inputs), "")) - {"name"} | ({own} if own else set())


def _in_table(kind: Kind, path: str) -> bool:
    if any(_is_within(path, wanted) for wanted in kind.in_place):
        return False
    # A change of the whole that holds a property changes the property too.
    return EVERYTHING in kind.replaces or any(
        _is_within(path, wanted) or _is_within(wanted, path) for wanted in kind.replaces
    )


def _is_within(path: str, whole: str) -> bool:
    """Whether a path is a property or a part of it."""
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))


def _redundancy_replaces(resource: str, path: str, old: Properties, new: Properties) -> bool:
    """A storage account cannot move between Standard and Premium, nor between one zone and several."""
    if resource != "azure-native:storage:StorageAccount" or path != "sku.name":
        return False
    before, after = _redundancy(old), _redundancy(new)
    return before[0] != after[0] or {before[1], after[1]} == {"LRS", "ZRS"}


def _redundancy(inputs: Properties) -> tuple[str, str]:
    name: Any = bare(inputs)["sku"]["name"]
    tier, _, redundancy = str(name).partition("_")
    return tier, redundancy
