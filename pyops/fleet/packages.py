"""Lists of packages: thousands of hosts name the same few thousand versions, so each is kept once."""

from collections.abc import Mapping
from itertools import filterfalse

from pyops.fleet.answer import UnreadableError, readable
from pyops.fleet.facts import Package

_COLUMNS = 4

Named = tuple[str, Package]
"""A package and what apt calls it."""


class Packages:
    """Reads dpkg-query's lists; the same line is the same object on every host of an architecture."""

    def __init__(self) -> None:
        self._known: dict[str, dict[bytes, Named]] = {}

    def read(self, content: bytes, architecture: str) -> Mapping[str, Package]:
        """The packages by name, as apt names them on a host of this architecture; raises UnreadableError."""
        lines = content.rstrip(b"\n").split(b"\n")
        known = self._known.setdefault(architecture, {})
        try:
            return dict(map(known.__getitem__, lines))  # nearly always: without a line of Python for each package
        except KeyError:
            for line in filterfalse(known.__contains__, lines):
                if package := _package(line):
                    known[line] = named(package, architecture)
            return dict(known[line] for line in lines if line in known)


def _package(line: bytes) -> Package | None:
    columns = readable(line).split("\t")
    if len(columns) != _COLUMNS:
        if line.startswith(b"dpkg-query: warning:") or not line:
            return None
        raise UnreadableError(f"packages: {readable(line)[:80]!r} is no line of dpkg-query")
    name, version, architecture, status = columns
    return Package(name, version, architecture, status.strip())


def named(package: Package, architecture: str) -> Named:
    """With its name on a host of this architecture: `name:architecture` where it is not the host's own."""
    is_own = package.architecture in (architecture, "all", "")
    return (package.name if is_own else f"{package.name}:{package.architecture}"), package
