"""Debian changelogs: which versions a package has been through, when, and which vulnerabilities each names."""

import gzip
import re
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath

from pyops.errors import OutsideFailed, Refused
from pyops.patches.versions import order

_HEADER = re.compile(r"^(\S+) \(([^()\s]+)\) ([^;]*);")
_TRAILER = re.compile(r"^ -- .*?  ?(\w{3}, .*)$")
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,}\b")
_NAMES = ("changelog.Debian.gz", "changelog.Debian", "changelog.gz", "changelog")
"""The last two are of native packages, which have no other author than Debian."""
_LONGEST = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a changelog; `made_on` is None where its date cannot be read."""

    source: str
    version: str
    suites: tuple[str, ...]
    made_on: date | None
    cves: tuple[str, ...]

    @property
    def is_of_security(self) -> bool:
        """Whether it was made for a suite of security fixes, as `bookworm-security` is."""
        return any(suite.endswith("-security") for suite in self.suites)


def entries(text: str) -> Iterator[Entry]:
    """The entries of a changelog, the newest first, as deb-changelog(5) has them; other lines are passed over."""
    header: re.Match[str] | None = None
    cves: list[str] = []
    for line in text.splitlines():
        if begun := _HEADER.match(line):
            header, cves = begun, []
        elif header and (ended := _TRAILER.match(line)):
            suites = tuple(header[3].split())
            yield Entry(header[1], header[2], suites, _day(ended[1]), tuple(dict.fromkeys(cves)))
            header = None
        else:
            cves += _CVE.findall(line)


def _day(text: str) -> date | None:
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        return None


def changelog_of(deb: bytes, name: str) -> str | None:
    """The Debian changelog in a package; None where it holds none, as its documents may be those of a sibling.

    Read by dpkg-deb and never written to disk. Raises Refused where it is no package, OutsideFailed.
    """
    with tempfile.TemporaryDirectory(prefix="pyops-deb-") as folder, tempfile.TemporaryFile() as complaints:
        file = Path(folder) / "package.deb"
        file.write_bytes(deb)
        try:
            reader = subprocess.Popen(
                ["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE, stderr=complaints
            )
        except FileNotFoundError:
            raise OutsideFailed("dpkg-deb: is not installed (Debian: dpkg): no package can be read") from None
        with reader:
            try:
                with tarfile.open(fileobj=reader.stdout, mode="r|") as archive:
                    return _found(archive, name)
            except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
                complaints.seek(0)
                said = complaints.read(2000).decode("utf-8", "replace").strip()
                raise Refused(f"{name}: is no package that can be read: {said or error}") from None
            finally:
                reader.kill()


def _found(archive: tarfile.TarFile, name: str) -> str | None:
    folder = PurePosixPath("usr/share/doc") / name
    wanted = {str(folder / file) for file in _NAMES}
    for member in archive:
        if member.name.removeprefix("./") in wanted and member.isfile() and member.size <= _LONGEST:
            content = archive.extractfile(member)
            data = content.read() if content else b""
            return _text(data, member.name)
    return None


def _text(data: bytes, name: str) -> str:
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode("utf-8", "replace")


def newer(found: Iterable[Entry], version: str, upto: str) -> tuple[Entry, ...]:
    """The entries that lie between what is installed and what would be, by version."""
    return tuple(entry for entry in found if order(version) < order(entry.version) <= order(upto))
