"""InRelease: whose suite it is, when it was made, and the hash of every index of it."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from package_mirror.errors import Refused
from package_mirror.signature import verified

LONGEST = 8 * 1024 * 1024
"""How many bytes an InRelease may have."""
_BEGIN, _END = b"-----BEGIN PGP SIGNED MESSAGE-----", b"-----END PGP SIGNATURE-----"
_FIELD = re.compile(r"^(Suite|Codename|Label|Date|Valid-Until): (.*)$", re.MULTILINE)
_FILES = re.compile(r"^(SHA256|SHA512):\n((?: .*\n?)*)", re.MULTILINE)
_FILE = re.compile(r"^ ([0-9a-f]{64}|[0-9a-f]{128}) +(\d{1,12}) +(\S+)$", re.MULTILINE)
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.~_:%-]*(/[A-Za-z0-9][A-Za-z0-9+.~_:%-]*)*")


class Listed(NamedTuple):
    """A file as what is above it in the chain of trust says it is."""

    path: str
    size: int
    sha256: str
    sha512: str = ""
    """Where there is one, clients ask for an index by it: they take the strongest."""


@dataclass(frozen=True, slots=True)
class Release:
    """A suite as its InRelease says it is."""

    suite: str
    baseline: str
    """Its Label: the baseline that it carries."""
    made_at: datetime
    sha256: str
    """Of InRelease itself: mirrors with the same one serve the same bytes."""
    content: bytes
    indexes: tuple[Listed, ...]
    """Their paths are within the release."""


def trusted(where: str, content: bytes, suite: str, key: Path, work: Path) -> Release:
    """The release of a suite that the key has signed; raises Refused where it is not, is another suite's or too old."""
    text = verified(where, content, key, work)
    fields = dict(_FIELD.findall(text))
    names = [name for name in (fields.get("Suite"), fields.get("Codename")) if name]
    if suite not in names:
        raise Refused(f"{where}: is signed for {' or '.join(names) or 'no suite'}, asked was {suite}")
    until = fields.get("Valid-Until")
    if until and _moment(where, until) < datetime.now(UTC):
        raise Refused(f"{where}: was valid until {until}, an old release is no longer taken")
    release = _read(where, content, text, suite)
    # gpgv takes words around what is signed, and whoever reads the file later would take them for signed.
    is_bare = content.startswith(_BEGIN) and content.rstrip().endswith(_END)
    if not is_bare or known(where, content, suite) != release:
        raise Refused(f"{where}: has words that nobody signed, only what is signed is taken")
    return release


def known(where: str, content: bytes, suite: str) -> Release:
    """The release of a suite that was verified when it was installed here; raises Refused where it is unreadable."""
    return _read(where, content, content.decode("utf-8", "replace"), suite)


def _read(where: str, content: bytes, text: str, suite: str) -> Release:
    fields = dict(_FIELD.findall(text))
    listed = {name: _FILE.findall(rows) for name, rows in _FILES.findall(text)}
    strongest = {path: digest for digest, _, path in listed.get("SHA512", [])}
    indexes = tuple(
        Listed(safe(where, path), int(size), digest, strongest.get(path, ""))
        for digest, size, path in listed.get("SHA256", [])
    )
    if not indexes:
        raise Refused(f"{where}: names no index with a SHA-256, every release does")
    made_at = _moment(where, fields.get("Date", ""))
    return Release(suite, fields.get("Label", ""), made_at, hashlib.sha256(content).hexdigest(), content, indexes)


def safe(where: str, path: str) -> str:
    """The path, if it leads nowhere else; raises Refused."""
    if not _PATH.fullmatch(path):
        raise Refused(f"{where}: {path!r}, a path must stay within the mirror")
    return path


def _moment(where: str, text: str) -> datetime:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        raise Refused(f"{where}: {text!r}, a date is written as Release files have it") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
