"""debsecan's data: what Debian's security tracker publishes below debsecan/release/1/, for all (GENERIC) or a suite.

There is no description of the format but the two programs that speak it: debsecan (package debsecan, one Python
program, `fetch_data` and `Vulnerability`), and the tracker's `calculateDebsecan1`, which writes it. It is text in
UTF-8, packed by zlib: the line `VERSION 1`, then three lists, the first two with an empty line at their end:

    CVE-2026-20001,,what it is                       vulnerabilities, numbered from 0 by their order
    openssl,0,SHRF,3.5.1-1,3.0.17-1~deb12u2 ...      package, number, four flags, where unstable has it fixed, others
    openssl,libssl3 openssl                          a suite's binary packages by source; not needed here

The flags: `B` for a binary package and anything else for a source; urgency `L`, `M`, `H`; two more that say nothing of
versions. The others are exact versions that are not vulnerable either, as those of releases with a fix of their own.
It names neither its day nor its suite.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pyops.errors import Refused
from pyops.patches.conditions import shown
from pyops.patches.feeds.feed import Advisory, Said

BEGIN = b"VERSION "
_VERSION = "VERSION 1"
_BUG = re.compile(r"([A-Z]+-[0-9A-Za-z-]+),[^,]*,")
_ENTRY = re.compile(
    r"([0-9A-Za-z][0-9A-Za-z+._-]*),([0-9]{1,9}),([BS ])([LMH ])[?R ][F ],([0-9A-Za-z.+:~-]*),([0-9A-Za-z.+:~ -]*)"
)
_URGENCY = {"H": "high", "M": "medium", "L": "low", " ": ""}

_Lines = Iterator[tuple[int, str]]


def read(pieces: Iterable[bytes], file: Path) -> Said:
    """What it says; raises Refused with the line that is wrong."""
    lines = enumerate(_text(b"".join(pieces), file).removesuffix("\n").split("\n"), 1)
    if (first := next(lines)[1]) != _VERSION:
        raise Refused(f"{file}:1: {shown(first)}, must be {_VERSION}")
    bugs = [_bug(line, number, file) for number, line in _listed(lines, file)]
    advisories = [_advisory(line, number, bugs, file) for number, line in _listed(lines, file)]
    if not advisories:
        raise Refused(f"{file}: names no vulnerability of any package, a feed must")
    return Said(advisories)


def _text(content: bytes, file: Path) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused(f"{file}:{line}: byte {content[error.start]:#04x}, must be UTF-8") from None


def _listed(lines: _Lines, file: Path) -> _Lines:
    """The lines of the next list."""
    number = 1
    for number, line in lines:
        if not line:
            return
        yield number, line
    raise Refused(f"{file}:{number}: ends within a list, an empty line must follow each")


def _bug(line: str, number: int, file: Path) -> str:
    found = _BUG.match(line)
    if not found:
        raise Refused(f"{file}:{number}: {shown(line)}, must be a vulnerability: NAME,FLAGS,DESCRIPTION")
    return found[1]


def _advisory(line: str, number: int, bugs: Sequence[str], file: Path) -> Advisory:
    found = _ENTRY.fullmatch(line)
    if not found:
        raise Refused(f"{file}:{number}: {shown(line)}, must be PACKAGE,NUMBER,FLAGS,VERSION,VERSIONS")
    package, bug, kind, urgency, fixed, unaffected = found.groups()
    if int(bug) >= len(bugs):
        raise Refused(f"{file}:{number}: vulnerability {bug}, must be one of the {len(bugs):,} above, from 0 on")
    others = tuple(map(sys.intern, unaffected.split()))  # of the kernel's each names the same hundred
    return Advisory(bugs[int(bug)], package, kind == "B", _URGENCY[urgency], fixed, others)
