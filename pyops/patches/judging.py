"""Packages of hosts against a ring's index. Each distinct package is judged once, whatever the number of hosts."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import filterfalse
from typing import NamedTuple

from pyops.fleet.facts import Package
from pyops.patches.conditions import shown
from pyops.patches.gaps import Difference, Kind
from pyops.patches.indexes import Index
from pyops.patches.versions import compare, order

_KERNEL = re.compile(r"(linux-(?:image|headers|kbuild|modules(?:-extra)?)-)(\d+\.\d+(?:\.\d+)?(?:-\d+)?)")
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?")
_VERSION = re.compile(r"[0-9A-Za-z.+:~-]+")

_Packages = Mapping[str, Package]


class Judged(NamedTuple):
    """What of a host's packages is not as it should be."""

    differences: tuple[Difference, ...]
    unfinished: tuple[Package, ...]
    """Those whose installation or removal stopped half-way."""
    impossible: str
    """A package that dpkg would not have let in, so that the list is not dpkg's; empty where there is none."""


@dataclass(slots=True)
class _Known:
    """What has been said of packages, on hosts of one architecture."""

    fine: set[Package] = field(default_factory=set)
    other: dict[Package, Difference | None] = field(default_factory=dict)
    """All that are not fine; None for those that are only unfinished."""
    unfinished: set[Package] = field(default_factory=set)
    impossible: set[Difference] = field(default_factory=set)


class Judge:
    """Judges hosts by one index; remembers what it has said of each package and of each whole list.

    `kinds` are those that are wanted: of an index that holds a few packages only, all others would be foreign.
    """

    def __init__(self, index: Index, kinds: Collection[Kind] = frozenset(Kind)) -> None:
        self._index, self._kinds = index, kinds
        self._known: dict[str, _Known] = {}
        # The lists themselves are kept with what was said of them, so that no other list gets the same id.
        self._lists: dict[tuple[int, str], tuple[_Packages, Judged]] = {}

    def carries(self, architecture: str) -> bool:
        """Whether the index has anything for hosts of this architecture."""
        return architecture in self._index.candidates

    def judge(self, packages: _Packages, architecture: str) -> Judged:
        """What of a host's packages is not as the index has it."""
        key = (id(packages), architecture)
        if key not in self._lists:
            self._lists[key] = (packages, self._compared(packages.values(), architecture))
        return self._lists[key][1]

    def _compared(self, packages: Collection[Package], architecture: str) -> Judged:
        """Nearly all packages have been judged before: they are looked up without a line of Python for each."""
        known = self._known.setdefault(architecture, _Known())
        others = list(filterfalse(known.fine.__contains__, packages))
        try:
            found = list(map(known.other.__getitem__, others))
        except KeyError:
            self._learn(known, filterfalse(known.other.__contains__, others), architecture)
            others = list(filterfalse(known.fine.__contains__, others))
            found = list(map(known.other.__getitem__, others))
        differences = tuple(filter(None, found))
        impossible = next(filter(known.impossible.__contains__, differences), None) if known.impossible else None
        return Judged(
            differences,
            tuple(filter(known.unfinished.__contains__, others)) if known.unfinished else (),
            shown(f"{impossible.name} {impossible.installed}") if impossible else "",
        )

    def _learn(self, known: _Known, packages: Iterable[Package], architecture: str) -> None:
        for package in packages:
            difference = self._wanted(package, architecture)
            if difference is None and not package.is_broken:
                known.fine.add(package)
                continue
            known.other[package] = difference
            if package.is_broken:
                known.unfinished.add(package)
            if difference and _is_impossible(difference):
                known.impossible.add(difference)

    def _wanted(self, package: Package, architecture: str) -> Difference | None:
        found = self._judged(package, architecture)
        return found if found and found.kind in self._kinds else None

    def _judged(self, package: Package, architecture: str) -> Difference | None:
        if not package.is_installed:
            return None
        own = package.architecture in (architecture, "all", "")
        name = package.name if own else f"{package.name}:{package.architecture}"
        wanted = self._index.find(name, architecture)
        if wanted is None:
            kind = self._kernel(package, architecture)
            return Difference(name, kind, package.version, "", package.is_held) if kind else None
        way = compare(package.version, wanted.version)
        kind = Kind.BEHIND if way < 0 else Kind.AHEAD
        return Difference(name, kind, package.version, wanted.version, package.is_held) if way else None

    def _kernel(self, package: Package, architecture: str) -> Kind | None:
        """Each kernel is a package of its own, and the one before is kept to fall back on: it is no gap."""
        own = _KERNEL.match(package.name)
        if not own:
            return Kind.FOREIGN
        names = (_KERNEL.match(name) for name in self._index.candidates.get(architecture, {}))
        carried = [order(match[2]) for match in names if match and match[1] == own[1]]
        if not carried:
            return Kind.FOREIGN
        return Kind.AHEAD if order(own[2]) > max(carried) else None


def _is_impossible(found: Difference) -> bool:
    return not (_VERSION.fullmatch(found.installed) and (found.wanted or _NAME.fullmatch(found.name)))
