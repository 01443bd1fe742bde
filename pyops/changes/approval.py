"""Approvals: who has signed a record in which role, and whether it may run now."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pyops.changes import ledger, signing
from pyops.changes.approvers import NAMESPACE, Approver, read
from pyops.changes.record import Record, digest
from pyops.changes.store import Store, own_id
from pyops.errors import Refused
from pyops.files import write_whole


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's signature in one role."""

    principal: str
    role: str
    when: str
    """When it was signed by the signer's clock; nothing depends on it."""
    fingerprint: str
    signature: str


def signed_text(record: Record, role: str) -> bytes:
    """What is signed: it fits this content, this role and this environment only."""
    words = f"pyops change {record.id} digest {digest(record)} role {role} environment {record.environment}\n"
    return words.encode()


def approve(store: Store, record: Record, role: str, key: Path, approvers: Path, now: datetime) -> Approval:
    """Sign a record in a role; again by the same person is fine.

    `key` is a private key, or a public one whose private half an agent knows; `now` is aware. Raises Refused for
    whoever may not sign, and for a record that is not as it was drafted.
    """
    _check_content(store, record)
    if role not in record.risk.signers:
        asked = ", ".join(sorted(record.risk.signers)) or "nobody"
        raise Refused(f"{record.id}: {role}, is not asked to sign: {asked} must")
    if now >= _moment(record, "closes"):
        raise Refused(f"{record.id}: its window closed at {record.window.closes}, draft it again with another")
    text = signed_text(record, role)
    signature = signing.sign(text, key)
    approver = signing.who(signature, approvers)
    _check_person(record, role, approver, approvers)
    if wrong := signing.fault(text, signature, [approver]):
        raise Refused(f"{record.id}: {approver.principal} as {role}: {wrong}")
    file = _file(store, record, role)
    earlier = _earlier(file, record, role, approvers)
    if earlier and earlier.principal != approver.principal:
        raise Refused(f"{record.id}: {role}, {earlier.principal} has signed as that already")
    if earlier:
        return earlier
    approval = Approval(approver.principal, role, now.isoformat(timespec="seconds"), approver.fingerprint, signature)
    write_whole(file, _as_json(record, approval))
    return approval


def approvals(store: Store, record: Record, approvers: Path) -> tuple[Approval, ...]:
    """The approvals that hold today, each verified anew from its signature, in the order of the record's signers."""
    return tuple(one for one in _judged(store, record, approvers) if isinstance(one, Approval))


def objections(store: Store, record: Record, approvers: Path) -> tuple[str, ...]:
    """Why approvals that were given do not hold any more, a sentence each."""
    return tuple(str(one) for one in _judged(store, record, approvers) if isinstance(one, Refused))


def missing(record: Record, given: Sequence[Approval]) -> tuple[str, ...]:
    """The roles that have not signed yet."""
    signed = {approval.role for approval in given}
    return tuple(role for role in record.risk.signers if role not in signed)


def require(store: Store, record: Record, approvers: Path, now: datetime) -> None:
    """Whether a record may run at this moment: Refused names the first cause why not. `now` is aware."""
    _check_content(store, record)
    read(approvers)
    if broken := objections(store, record, approvers):
        raise Refused("\n".join(broken))
    if not record.risk.signers:
        raise Refused(f"{record.id}: asks for nobody's signature, a change needs one at least")
    if lacking := missing(record, approvals(store, record, approvers)):
        raise Refused(f"{record.id}: not signed yet by {', '.join(lacking)}")
    if now < _moment(record, "opens"):
        raise Refused(
            f"{record.id}: its window opens at {record.window.opens}, it is {now.isoformat(timespec='seconds')}"
        )
    if now >= _moment(record, "closes"):
        raise Refused(f"{record.id}: its window closed at {record.window.closes}, draft it again with another")


def _check_content(store: Store, record: Record) -> None:
    """A record that was edited has another id than its content asks for, and another digest than the ledger knows."""
    place = store.place(record)
    known = {entry.digest for entry in ledger.read(store.ledger) if entry.record == record.id}
    if own_id(record) != record.id or known - {digest(record)}:
        raise Refused(f"{place}: was edited after it was drafted, a record is never changed: draft a new one")


def _check_person(record: Record, role: str, approver: Approver, approvers: Path) -> None:
    if approver.principal.casefold() == record.author.casefold():
        raise Refused(f"{record.id}: {approver.principal}, is its author, who cannot approve it")
    if role not in approver.roles:
        holds = ", ".join(approver.roles) or "no role"
        raise Refused(f"{record.id}: {approver.principal}, is not {role} in {approvers}: it holds {holds}")


def _moment(record: Record, bound: str) -> datetime:
    text: str = getattr(record.window, bound)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refused(f"{record.id}: window.{bound}: {text[:40]!r}, must be a date and time with its offset")
    return moment


def _judged(store: Store, record: Record, approvers: Path) -> Iterator[Approval | Refused]:
    for role in record.risk.signers:
        file = _file(store, record, role)
        if file.exists():
            try:
                yield _verified(file, record, role, approvers)
            except Refused as refused:
                yield refused


def _verified(file: Path, record: Record, role: str, approvers: Path) -> Approval:
    """An approval from its file, where the signature fits; what the file says of itself only helps to say why not."""
    said = _said(file)
    signature = said["signature"]
    sealed = signing.seal(signature, str(file))
    if sealed.namespace != NAMESPACE:
        raise Refused(f"{file}: namespace {sealed.namespace[:80]!r}, an approval is signed for {NAMESPACE!r}")
    approver = next((one for one in read(approvers) if one.fingerprint == sealed.fingerprint), None)
    if approver is None:
        raise Refused(f"{file}: {sealed.fingerprint}, is not in {approvers} any more, or never was: key of a stranger")
    _check_person(record, role, approver, approvers)
    if wrong := signing.fault(signed_text(record, role), signature, [approver]):
        raise Refused(f"{file}: {approver.principal} as {role}: {_cause(said, record, role) or wrong}")
    return Approval(approver.principal, role, said["when"], approver.fingerprint, signature)


def _cause(said: dict[str, str], record: Record, role: str) -> str:
    """Which part of what was signed is another now, by what the file says of itself."""
    if said["environment"] != record.environment:
        return f"was signed for environment {said['environment']!r}, this change is for {record.environment!r}"
    if said["record"] != record.id:
        return f"was signed for {said['record']}, this is {record.id}"
    if said["role"] != role:
        return f"was signed as {said['role']}"
    if said["digest"] != digest(record):
        return "the record was edited after it was signed"
    return ""


_SAID = ("record", "digest", "environment", "role", "principal", "when", "signature")


def _said(file: Path) -> dict[str, str]:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        said = {name: found[name] for name in _SAID}
    except (OSError, ValueError, KeyError, TypeError):
        said = {}
    if not said or not all(isinstance(value, str) for value in said.values()):
        raise Refused(f"{file}: is no approval any more, the file was edited or cut: sign again")
    return said


def _as_json(record: Record, approval: Approval) -> str:
    values = (record.id, digest(record), record.environment, approval.role, approval.principal, approval.when)
    return json.dumps(dict(zip(_SAID, (*values, approval.signature), strict=True)), indent=2) + "\n"


def _earlier(file: Path, record: Record, role: str, approvers: Path) -> Approval | None:
    """Who has signed in that role before, where it still holds."""
    try:
        return _verified(file, record, role, approvers) if file.exists() else None
    except Refused:
        return None


def _file(store: Store, record: Record, role: str) -> Path:
    return store.place(record) / "approvals" / f"{role.replace('/', '.')}.json"
