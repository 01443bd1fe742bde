"""People with real keys, a record for them to sign, and the place where both are kept."""

import subprocess
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from pyops.changes.approval import approve, require
from pyops.changes.record import BackOut, Base, Outage, Record, Risk, Touched, Window
from pyops.changes.store import Store, own_id
from pyops.errors import Refused

NOW = datetime.fromisoformat("2026-11-28T20:00:00+00:00")
PARTNER, SYSTEM = "partner/cherwell", "system/service_desk"
LEAD, OWNER, AUTHOR = "ict.lead@cherwell", "owner@stratford", "ict.engineer@cherwell"
NAMESPACES = 'namespaces="pyops-change"'
EMPTY = Record(
    id="",
    environment="lab",
    title="A server more",
    author=AUTHOR,
    drafted="2026-11-28T09:00:00+00:00",
    window=Window("2026-11-28T19:00:00+00:00", "2026-11-28T22:00:00+00:00"),
    estate=(),
    resources=(),
    tasks=(),
    churn=(),
    blind=(),
    passages=(),
    claims=(),
    outage=Outage(False, ()),
    touched=Touched(),
    risk=Risk("normal", 3, (), {"partner/cherwell": "its site changes", "system/service_desk": "it runs there"}),
    back_out=BackOut((), True),
    base=Base({}, {}, {}, {}, {}),
)


def drafted(**parts: object) -> Record:
    """A record as a draft makes it, with these parts of its own."""
    record = replace(EMPTY, **parts)  # type: ignore[arg-type]
    return replace(record, id=own_id(record))


@dataclass(frozen=True)
class Desk:
    """Keys and an approvers file in a folder."""

    folder: Path

    @property
    def store(self) -> Store:
        return Store(self.folder / "lab")

    @property
    def approvers(self) -> Path:
        return self.folder / "approvers.pub"

    def key(self, name: str, kind: str = "ed25519") -> Path:
        file = self.folder / name
        if not file.exists():
            command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(file)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return file

    def public(self, name: str) -> str:
        return self.key(name).with_suffix(".pub").read_text().strip()

    def line(self, principals: str, name: str, options: str = NAMESPACES) -> str:
        return f"{principals} {options} {self.public(name)}\n"

    def allow(self, *lines: str) -> Path:
        self.approvers.write_text("".join(lines))
        return self.approvers

    def ready(self) -> "Desk":
        self.allow(
            self.line(f"{LEAD},partner/cherwell,service", "lead"),
            self.line(f"{OWNER},system/service_desk", "owner"),
            self.line(f"{AUTHOR},partner/cherwell", "author"),
        )
        return self


def sign(desk: Desk, record: Record, role: str = PARTNER, by: str = "lead", now: datetime = NOW) -> None:
    approve(desk.store, record, role, desk.key(by), desk.approvers, now)


def approved(desk: Desk) -> Record:
    record = drafted()
    desk.store.save(record)
    sign(desk, record)
    sign(desk, record, SYSTEM, "owner")
    return record


def refusal(desk: Desk, record: Record, now: datetime = NOW) -> str:
    with pytest.raises(Refused) as refused:
        require(desk.store, record, desk.approvers, now)
    return str(refused.value)


def file(desk: Desk, record: Record, role: str = "partner.cherwell") -> Path:
    return desk.store.folder / record.id / "approvals" / f"{role}.json"
