"""Packages of hosts against a ring's index. Each distinct package is judged once, whatever the number of hosts."""

import re
from collections.abc import Collection, Iterable, Mapping
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


class Judge:
    """Judges hosts by one index; remembers what it has said of each package and of each whole list.

    `kinds` are those that are wanted: of an index that holds a few packages only, all others would be foreign.
    """

    def __init__(self, index: Index, kinds: Collection[Kind] = frozenset(Kind)) -> None:
        self._index, self._kinds = index, kinds
        self._said: dict[str, tuple[set[Package], dict[Package, Difference]]] = {}
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

    def _compared(self, packages: Iterable[Package], architecture: str) -> Judged:
        fine, other = self._said.setdefault(architecture, (set(), {}))
        found: list[Difference] = []
        unfinished: list[Package] = []
        # Nearly all packages of nearly all hosts are fine: they are passed over without a line of Python for each.
        for package in filterfalse(fine.__contains__, packages):
            difference = other.get(package) or self._wanted(package, architecture)
            if package.is_broken:
                unfinished.append(package)
            elif difference is None:
                fine.add(package)
            if difference:
                other[package] = difference
                found.append(difference)
        return Judged(tuple(found), tuple(unfinished))

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


def impossible(differences: Iterable[Difference]) -> str:
    """A package that dpkg would not have let in, so that the list is not dpkg's; empty where there is none."""
    for found in differences:
        if not (_VERSION.fullmatch(found.installed) and (found.wanted or _NAME.fullmatch(found.name))):
            return shown(f"{found.name} {found.installed}")
    return ""
