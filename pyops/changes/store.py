"""The change records of one environment, its estate as last applied, and the lock of whoever applies."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pyops.changes.base import inventory
from pyops.changes.record import Record, as_json, digest, read
from pyops.errors import Refused
from pyops.files import disk_errors, write_once

_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_APPLIED = "applied"
"""A symlink to the folder that holds the estate as last applied."""


def own_id(record: Record) -> str:
    """The id that a record's content asks for: its day, and the head of its digest while it has no id."""
    return f"{record.drafted[:10]}-{digest(replace(record, id=''))[:8]}"


@dataclass(frozen=True, slots=True)
class Store:
    """`folder` is `.changes/<environment>`, and takes records of that environment only."""

    folder: Path

    @property
    def ledger(self) -> Path:
        """The file of `pyops.changes.ledger`."""
        return self.folder / "ledger.jsonl"

    def place(self, record: Record) -> Path:
        """The folder of a record, with its approvals; the id is checked, since it names a folder."""
        if not _ID.fullmatch(record.id):
            raise Refused(f"{self.folder}: id: {record.id[:80]!r}, must be small letters, digits and dashes")
        if record.environment != self.folder.name:
            raise Refused(
                f"{self.folder}: {record.id}: it is for environment {record.environment!r}, "
                f"here are the changes of {self.folder.name!r}"
            )
        return self.folder / record.id

    def save(self, record: Record) -> Path:
        """Keep a record; again is fine. Raises Refused where another content has its id."""
        file = self.place(record) / "record.json"
        text = as_json(record)
        if not write_once(file, text) and file.read_text(encoding="utf-8") != text:
            raise Refused(f"{file}: holds another content for {record.id}, a record is never changed: draft a new one")
        return file

    def load(self, name: str) -> Record:
        """A record by its id or the beginning of it that no other has."""
        found = [known for known in self._ids() if known == name] or [
            known for known in self._ids() if name and known.startswith(name)
        ]
        if not found:
            raise Refused(f"{self.folder}: {name[:80]!r}, there is no such change record")
        if len(found) > 1:
            raise Refused(f"{self.folder}: {name!r}, could be any of {', '.join(found)}: give more of it")
        return self._read(found[0])

    def every(self) -> list[Record]:
        """All records, by id, which is by day."""
        return [self._read(known) for known in self._ids()]

    def _ids(self) -> list[str]:
        return sorted(file.parent.name for file in self.folder.glob("*/record.json") if _ID.fullmatch(file.parent.name))

    def _read(self, name: str) -> Record:
        file = self.folder / name / "record.json"
        record = read(file)
        if record.id != name:
            raise Refused(f"{file}: id: {record.id[:80]!r}, must be that of its folder, {name}")
        self.place(record)
        return record

    def applied_estate(self) -> Path | None:
        """The folder with the estate as it was last applied; None where nothing was."""
        link = self.folder / _APPLIED
        return link.resolve() if link.is_dir() else None

    def keep_applied(self, folder: Path) -> None:
        """Keep a copy of the estate's folder as what was applied last; readers see the old one or the new one."""
        before = self.applied_estate()
        names = inventory(folder)
        copy = self.folder / f"{_APPLIED}.{os.urandom(8).hex()}"
        with disk_errors(copy):
            if not _is_copied(folder, copy, names):
                shutil.rmtree(copy)
                raise Refused(f"{folder}: was edited while it was copied, nothing is kept of it: do it again")
            link = copy.with_name(f".{copy.name}")
            link.symlink_to(copy.name)
            link.replace(self.folder / _APPLIED)
            self._forget(copy, before)

    def _forget(self, *kept: Path | None) -> None:
        """Remove older copies; the last but one stays, for who may be reading it."""
        names = {path.name for path in kept if path}
        for old in self.folder.glob(f"{_APPLIED}.*"):
            if old.name not in names:
                shutil.rmtree(old, ignore_errors=True)
        for left in self.folder.glob(f".{_APPLIED}.*"):
            left.unlink(missing_ok=True)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Apply alone in this environment, or be refused at once, naming who does. A kill gives the lock back."""
        file = self.folder / "lock"
        with disk_errors(file):
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            _take(descriptor, self.folder)
            yield
        finally:
            os.close(descriptor)


def _is_copied(folder: Path, copy: Path, names: Mapping[str, str]) -> bool:
    """Copy files; whether each was still there, with the digest that it is to have."""
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(folder / name, copy / name)
        except FileNotFoundError:
            return False
    return inventory(copy) == names


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
        raise Refused(f"{folder}: {holder} applies a change here, wait until it is done") from None
    since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()} (since {since})\n".encode(), 0)
