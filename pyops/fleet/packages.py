"""Lists of packages: thousands of hosts name the same few thousand versions, so each is kept once."""

from collections.abc import Mapping

from pyops.fleet.answer import UnreadableError, readable
from pyops.fleet.facts import Package

_COLUMNS = 4


class Packages:
    """Reads dpkg-query's lists; the same line is the same object on every host."""

    def __init__(self) -> None:
        self._known: dict[bytes, Package] = {}

    def read(self, content: bytes, architecture: str) -> Mapping[str, Package]:
        """The packages by name, as apt names them on a host of this architecture; raises UnreadableError."""
        lines = content.rstrip(b"\n").split(b"\n")
        known = self._known
        try:
            found = [known[line] for line in lines]
        except KeyError:
            found = [package for line in lines if (package := known.get(line) or self._new(line))]
        return by_name(found, architecture)

    def _new(self, line: bytes) -> Package | None:
        columns = readable(line).split("\t")
        if len(columns) != _COLUMNS:
            if line.startswith(b"dpkg-query: warning:") or not line:
                return None
            raise UnreadableError(f"packages: {readable(line)[:80]!r} is no line of dpkg-query")
        name, version, architecture, status = columns
        package = self._known[line] = Package(name, version, architecture, status.strip())
        return package


def by_name(packages: list[Package], architecture: str) -> Mapping[str, Package]:
    """`name`, or `name:architecture` where it is not the host's own."""
    own = {architecture, "all", ""}
    return {p.name if p.architecture in own else f"{p.name}:{p.architecture}": p for p in packages}
