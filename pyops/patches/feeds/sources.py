"""From binary packages, which hosts have, to source packages, which feeds speak of."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyops.fleet.facts import Package
from pyops.fleet.packages import named
from pyops.patches.indexes import Candidate, Index

_REBUILT = re.compile(r"\+b[0-9]+$")
"""What Debian adds to the version of a binary package that is built anew from the same source."""
_SIGNED = "linux-signed-"
"""The kernels that hosts start: the same build as `linux` has, signed, and of its version."""
_KERNEL = re.compile(r"linux-(?:image|headers|kbuild|modules(?:-extra)?)-([0-9][0-9.]*(?:-[0-9]+)?)")


class Source(NamedTuple):
    """A source package at one version; the version is None where nothing tells which one it is."""

    name: str
    version: str | None


class Sources:
    """Knows the sources of the packages that these indexes carry, now or at other versions."""

    def __init__(self, indexes: Iterable[Index]) -> None:
        self._indexes = list({id(index): index for index in indexes}.values())

    def of(self, package: Package, architecture: str) -> Source:
        """The source of a package on a host; what no index carries is taken for its own source."""
        name, _ = named(package, architecture)
        found = [candidate for index in self._indexes if (candidate := index.find(name, architecture))]
        if found:
            return _of_one(package, found)
        return Source("linux" if kernel_number(package.name) else package.name, _built(package.version))


def _of_one(package: Package, found: Sequence[Candidate]) -> Source:
    """By the same version, if one of them has it; else as the first says for its own."""
    same = next((one for one in found if one.version == package.version), None)
    one = same or found[0]
    if one.source.startswith(_SIGNED):
        return Source("linux", _built(package.version))
    if same:
        return Source(same.source, same.source_version)
    return Source(one.source, _built(package.version) if _built(one.version) == one.source_version else None)


def _built(version: str) -> str:
    return _REBUILT.sub("", version)


def kernel_number(package: str) -> str:
    """`6.1.0-41` of `linux-image-6.1.0-41-amd64`; empty for packages of no one kernel."""
    found = _KERNEL.match(package)
    return found[1] if found else ""
