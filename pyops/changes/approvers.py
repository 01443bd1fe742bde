"""Who may approve, and as what: the file `approvers.pub` beside the estate, in OpenSSH's allowed-signers format.

    ict.lead@cherwell,partner/cherwell,service namespaces="pyops-change" ssh-ed25519 AAAA... a comment

The first principal of a line is who it is, further ones are the roles that the key's owner holds.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyops.errors import Refused
from pyops.estate import Estate

NAMESPACE = "pyops-change"
"""What an approval's signature is for; a signature for git or a file fits nothing here."""
FILE = "approvers.pub"

_LINE = re.compile(
    r"(?P<principals>\S+)\s+"
    r"(?:(?P<options>[A-Za-z-]+(?:=\"[^\"]*\")?(?:,[A-Za-z-]+(?:=\"[^\"]*\")?)*)\s+)?"
    r"(?P<type>[a-z][a-z0-9@.-]+)\s+(?P<key>[A-Za-z0-9+/]+=*)(?:\s.*)?"
)
_OPTION = re.compile(r"(?P<name>[A-Za-z-]+)(?:=\"(?P<value>[^\"]*)\")?")
_PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*(?:@[A-Za-z0-9][A-Za-z0-9._-]*)?")
_ROLE = re.compile(r"(?:partner|system)/[a-z][a-z0-9_]*|service")
_MOMENT = re.compile(r"\d{8}(?:\d{4}(?:\d{2})?)?Z?")
_KEY_TYPES = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)


@dataclass(frozen=True, slots=True)
class Approver:
    """One key, who has it, and the roles for which it may sign."""

    principal: str
    roles: tuple[str, ...]
    key: str
    """Type and base64, as in a `.pub` file."""
    fingerprint: str
    """`SHA256:...`, as ssh-keygen shows it."""
    options: str
    """`namespaces` and the days from and until which the key counts, for ssh-keygen to judge."""
    line: int

    @property
    def allowed(self) -> str:
        """The line by which ssh-keygen is told of this key, and of nothing else."""
        return f"{self.principal} {self.options} {self.key}\n"


def roles_of(estate: Estate) -> frozenset[str]:
    """Every role that an estate can ask a signature of."""
    partners = {f"partner/{name}" for name in estate.partners}
    return frozenset(partners | {f"system/{name}" for name in estate.systems} | {"service"})


def read(file: Path, known: Collection[str] | None = None) -> tuple[Approver, ...]:
    """All approvers of a file; `known` are the roles that there are (`roles_of`), unknown ones are then refused.

    Raises Refused with file, line, value and rule.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused(f"{file}: there is no such file, it names who may approve (docs/guides/changes.md)") from None
    except (UnicodeDecodeError, OSError) as error:
        raise Refused(f"{file}: cannot be read as text, {error}") from None
    found = tuple(_approvers(file, text, known))
    owners: dict[str, Approver] = {}
    for one in found:
        first = owners.setdefault(one.fingerprint, one)
        if first is not one:
            raise Refused(
                f"{file}:{one.line}: {one.fingerprint}, is the key of {first.principal} in line {first.line} already"
            )
    return found


def _approvers(file: Path, text: str, known: Collection[str] | None) -> Iterator[Approver]:
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            yield _Line(f"{file}:{number}", number, stripped).approver(known)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line and where it stands."""

    where: str
    number: int
    text: str

    def approver(self, known: Collection[str] | None) -> Approver:
        parts = _LINE.fullmatch(self.text)
        if not parts:
            raise self._refused(self.text[:80], 'must be `who,role,role namespaces="pyops-change" type key`')
        person, *roles = parts["principals"].split(",")
        if not _PERSON.fullmatch(person) or _ROLE.fullmatch(person):
            raise self._refused(person, "the first principal is who it is: letters, digits and .+-_ around one @")
        for role in roles:
            self._check_role(role, known)
        self._check_options(parts["options"] or "")
        return Approver(
            person,
            tuple(dict.fromkeys(roles)),
            f"{parts['type']} {parts['key']}",
            self._fingerprint(parts["type"], parts["key"]),
            parts["options"],
            self.number,
        )

    def _check_role(self, role: str, known: Collection[str] | None) -> None:
        if not _ROLE.fullmatch(role):
            raise self._refused(role, "a role is partner/<id>, system/<id> or service")
        if known is not None and role not in known:
            raise self._refused(role, f"the estate has no such role, it has {', '.join(sorted(known))}")

    def _check_options(self, options: str) -> None:
        found = {option["name"].lower(): option["value"] or "" for option in _OPTION.finditer(options)}
        for name, value in found.items():
            if name not in ("namespaces", "valid-after", "valid-before"):
                raise self._refused(name, "the options are namespaces, valid-after and valid-before")
            if name != "namespaces" and not _MOMENT.fullmatch(value):
                raise self._refused(f'{name}="{value}"', "must be a day as 20270331, or a minute of it")
        if found.get("namespaces") != NAMESPACE:
            given = f'namespaces="{found["namespaces"]}"' if "namespaces" in found else options or "no option"
            raise self._refused(given, f'must be namespaces="{NAMESPACE}", so that the key approves changes only')

    def _fingerprint(self, kind: str, key: str) -> str:
        if kind not in _KEY_TYPES:
            raise self._refused(kind, f"the types of keys are {', '.join(_KEY_TYPES)}")
        try:
            blob = base64.b64decode(key, validate=True)
        except binascii.Error:
            blob = b""
        if not blob.startswith(len(kind).to_bytes(4) + kind.encode()):
            raise self._refused(key[:40], f"is no key of type {kind}")
        return fingerprint(blob)

    def _refused(self, given: str, rule: str) -> Refused:
        return Refused(f"{self.where}: {given!r}, {rule}")


def fingerprint(blob: bytes) -> str:
    """How ssh-keygen shows a public key."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
