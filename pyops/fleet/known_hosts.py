"""The host keys that are trusted: OpenSSH's known_hosts, looked up quickly for thousands of hosts. See sshd(8)."""

import base64
import binascii
import fnmatch
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyops.errors import Refused, in_words
from pyops.fleet.target import SSH_PORT

_RSA = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""An RSA key signs by newer algorithms than the one that it is named after."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public key as it goes over the wire."""

    kind: str
    blob: bytes

    @property
    def algorithms(self) -> tuple[str, ...]:
        """By which algorithms a host can prove that it holds this key."""
        return _RSA.get(self.kind, (self.kind,))

    @property
    def fingerprint(self) -> str:
        """As ssh shows it."""
        return fingerprint(self.blob)


def fingerprint(blob: bytes) -> str:
    """`SHA256:...` of a public key."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


@dataclass(slots=True)
class KnownHosts:
    """The keys of one file. A host without an entry has none: nothing is trusted on first use."""

    file: Path
    _plain: dict[str, list[HostKey]] = field(default_factory=dict)
    _patterns: list[tuple[list[str], HostKey]] = field(default_factory=list)
    _hashed: list[tuple[bytes, bytes, HostKey]] = field(default_factory=list)
    _revoked: set[bytes] = field(default_factory=set)

    def keys(self, names: Iterable[str], port: int) -> tuple[HostKey, ...]:
        """The keys that a host may have under any of its names; revoked ones are never among them."""
        wanted = [name if port == SSH_PORT else f"[{name}]:{port}" for name in names]
        found = dict.fromkeys(key for name in wanted for key in self._of(name))
        return tuple(key for key in found if key.blob not in self._revoked)

    def _of(self, name: str) -> Iterator[HostKey]:
        yield from self._plain.get(name, ())
        yield from (key for patterns, key in self._patterns if _matches(name, patterns))
        for salt, digest, key in self._hashed:
            if hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), digest):
                yield key

    def _add(self, line: str) -> None:
        """Take one line in; certificate authorities are no keys of hosts, since certificates are not checked here."""
        marker, _, rest = line.partition(" ") if line.startswith("@") else ("", "", line)
        names, kind, encoded = rest.split(maxsplit=3)[:3]
        key = HostKey(kind, base64.b64decode(encoded, validate=True))
        if marker == "@revoked":
            self._revoked.add(key.blob)
        elif not marker and names.startswith("|1|"):
            salt, digest = (base64.b64decode(part) for part in names[3:].split("|"))
            self._hashed.append((salt, digest, key))
        elif not marker and any(letter in names for letter in "*?!"):
            self._patterns.append((names.split(","), key))
        elif not marker:
            for name in names.split(","):
                self._plain.setdefault(name, []).append(key)


def read_known_hosts(file: Path) -> KnownHosts:
    """All keys of a file; raises Refused, since without it no host could be told from another."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = in_words(error) if isinstance(error, OSError) else "not UTF-8"
        raise Refused(f"{file}: the hosts' keys cannot be read: {why}") from None
    known = KnownHosts(file)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            known._add(line.strip())  # noqa: SLF001 - the reader fills what it returns
        except (ValueError, binascii.Error):
            raise Refused(f"{file}:{number}: {line[:60]}, is no line of known_hosts") from None
    return known


def _matches(name: str, patterns: list[str]) -> bool:
    """A name matches when a pattern does and no negated one."""
    if any(fnmatch.fnmatchcase(name, pattern[1:]) for pattern in patterns if pattern.startswith("!")):
        return False
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns if not pattern.startswith("!"))
