"""Packages: what an index says of each package file."""

import gzip
import lzma
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence

from package_mirror.errors import Refused
from package_mirror.release import Listed, safe

_FIELD = re.compile(r"^(Filename|Size|SHA256): *(\S+)\s*$", re.MULTILINE)
_LIST = re.compile(r"(?P<component>.+)/binary-(?P<architecture>[a-z0-9-]+)/Packages(?P<kind>\.xz|\.gz|)")
_KINDS = (".xz", ".gz", "")
"""In the order in which they are taken."""


def lists(
    indexes: Iterable[Listed], components: Sequence[str] = (), architectures: Sequence[str] = ()
) -> list[list[Listed]]:
    """The lists of packages among a release's indexes, each in all of its forms, the smallest first.

    Only those of the components and architectures, where any are named.
    """
    forms: dict[tuple[str, str], dict[str, Listed]] = {}
    for index in indexes:
        found = _LIST.fullmatch(index.path)
        if not found or (components and found["component"] not in components):
            continue
        if not architectures or found["architecture"] in architectures:
            forms.setdefault((found["component"], found["architecture"]), {})[found["kind"]] = index
    return [[one[kind] for kind in _KINDS if kind in one] for one in forms.values()]


def parsed(where: str, path: str, content: bytes) -> Iterator[Listed]:
    """The package files that an index names; raises Refused."""
    for stanza in _unpacked(where, path, content).split("\n\n"):
        if not stanza.strip():
            continue
        fields = dict(_FIELD.findall(stanza))
        if set(fields) != {"Filename", "Size", "SHA256"} or not re.fullmatch(r"[0-9a-f]{64}", fields["SHA256"]):
            name = stanza.strip().splitlines()[0]
            raise Refused(f"{where}: {name!r}, a package has a file name, a size and a SHA-256")
        yield Listed(safe(where, fields["Filename"].removeprefix("./")), int(fields["Size"]), fields["SHA256"])


def _unpacked(where: str, path: str, content: bytes) -> str:
    try:
        if path.endswith(".xz"):
            content = lzma.decompress(content)
        elif path.endswith(".gz"):
            content = gzip.decompress(content)
        return content.decode("utf-8")
    except (OSError, EOFError, zlib.error, lzma.LZMAError, UnicodeDecodeError) as error:
        raise Refused(f"{where}: {error}, an index can be unpacked and read") from None
