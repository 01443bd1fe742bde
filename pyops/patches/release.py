"""InRelease: who signed a suite, when it was made, and the hash of every file of it."""

import base64
import binascii
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from pyops.errors import OutsideFailed, Refused
from pyops.patches.mirror import Mirror

_LONGEST = 8 * 1024 * 1024
_FIELD = re.compile(r"^(Suite|Codename|Label|Date|Valid-Until): (.*)$", re.MULTILINE)
_FILES = re.compile(r"^SHA256:\n((?: .*\n?)*)", re.MULTILINE)
_FILE = re.compile(r"^ ([0-9a-f]{64}) +(\d{1,12}) +(\S+)$", re.MULTILINE)
_ARMOUR = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:\S.*\n)*\s*\n(.*?)(?:\n=.{4})?\s*\n-----END", re.DOTALL
)


class Listed(NamedTuple):
    """What a Release says of one of its files."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, from a file as gpg exports it, armoured or not."""

    file: Path

    def keyring(self) -> bytes:
        """What gpgv reads, which takes no armour; raises Refused."""
        try:
            content = self.file.read_bytes()
        except OSError as error:
            raise Refused(f"{self.file}: the mirrors' public key cannot be read: {error.strerror}") from None
        if not content.lstrip().startswith(b"-----BEGIN"):
            return content
        found = _ARMOUR.search(content.decode("ascii", "replace"))
        try:
            return base64.b64decode("".join(found[1].split()), validate=True) if found else _no_key(self.file)
        except binascii.Error:
            return _no_key(self.file)


def _no_key(file: Path) -> bytes:
    raise Refused(f"{file}: is no public key as gpg exports it")


@dataclass(frozen=True, slots=True)
class Release:
    """A suite as its signature says it is. Mirrors with the same `sha256` serve the same bytes."""

    place: str
    """Of the mirror that it was read from."""
    suite: str
    made_at: datetime
    sha256: str
    """Of InRelease itself."""
    files: Mapping[str, Listed]
    baseline: str = ""
    """What it carries, by its Label; empty where it has none."""


def read_release(mirror: Mirror, suite: str, key: Key, now: datetime) -> Release:
    """The release of a suite; raises Refused where it is not signed by the key, is another suite's or too old."""
    path = f"dists/{suite}/InRelease"
    where, content = mirror.where(path), mirror.read(path, _LONGEST)
    text = verified(where, content, key)
    fields = dict(_FIELD.findall(text))
    names = (fields.get("Suite"), fields.get("Codename"))
    if suite not in names:
        raise Refused(f"{where}: is signed for {' or '.join(filter(None, names)) or 'no suite'}, asked was {suite}")
    until = _moment(where, fields["Valid-Until"]) if "Valid-Until" in fields else None
    if until and until < now:
        raise Refused(
            f"{where}: is valid until {until:%Y-%m-%d %H:%M}, it is {now:%Y-%m-%d %H:%M}: the mirror is stale"
        )
    listed = _FILES.search(text)
    files = {name: Listed(int(size), digest) for digest, size, name in _FILE.findall(listed[1] if listed else "")}
    made_at, digest = _moment(where, fields.get("Date", "")), sha256(content).hexdigest()
    return Release(mirror.place, suite, made_at, digest, files, fields.get("Label", ""))


def verified(where: str, content: bytes, key: Key) -> str:
    """The text that the key has signed, and nothing that stands around it; raises Refused."""
    with tempfile.TemporaryDirectory(prefix="pyops-gpgv-") as folder:
        keyring, signed, text = (Path(folder) / name for name in ("keyring.gpg", "signed", "text"))
        keyring.write_bytes(key.keyring())
        signed.write_bytes(content)
        command = [
            "gpgv",
            "--status-fd",
            "1",
            "--weak-digest",
            "SHA1",
            "--keyring",
            str(keyring),
            "--output",
            str(text),
            str(signed),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        except FileNotFoundError:
            raise OutsideFailed("gpgv: is not installed (Debian: gpgv): no signature can be checked") from None
        said = set(re.findall(r"^\[GNUPG:\] (\w+)", done.stdout, re.MULTILINE))
        if not {"GOODSIG", "VALIDSIG"} <= said or "BADSIG" in said:
            raise Refused(f"{where}: {_fault(said, done.stderr)}")
        return text.read_text(encoding="utf-8", errors="replace")


def _fault(said: set[str], told: str) -> str:
    faults = {
        "BADSIG": "its signature is not of this content: it has been changed",
        "EXPKEYSIG": "the key that signed it has expired",
        "REVKEYSIG": "the key that signed it has been revoked",
        "EXPSIG": "its signature has expired",
        "NO_PUBKEY": "is signed by another key than the estate's",
        "NODATA": "is not signed",
    }
    words = next((words for code, words in faults.items() if code in said), None)
    return words or f"cannot be verified: {(told.strip().splitlines() or ['gpgv gives no reason'])[-1]}"


def _moment(where: str, text: str) -> datetime:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        raise Refused(f"{where}: {text!r} is no date as Release files have it") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
