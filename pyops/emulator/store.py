"""The resources that exist, kept durably in one SQLite file.

A record is written as `pending` before anything is made real, and as `done` after: what a kill leaves behind is known,
and the next create goes on from there. Secrets are kept as salted digests: enough to see a change, no more.
"""

import hashlib
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyops.emulator.identity import key
from pyops.emulator.urn import Urn
from pyops.emulator.values import Properties, Secret
from pyops.errors import OutsideFailed

_SEALED = "pyops.emulator/secret"
_TABLES = """
create table if not exists resources (
  key text primary key, id text not null, urn text not null, type text not null, stack text not null,
  inputs text not null, outputs text not null, made text not null,
  state text not null check (state in ('pending', 'done'))
);
create table if not exists uses (key text not null, used text not null, primary key (key, used)) without rowid;
create index if not exists uses_by_used on uses (used);
create table if not exists labels (label text not null, key text not null, primary key (label, key)) without rowid;
create index if not exists labels_by_key on labels (key);
create table if not exists facts (name text primary key, value text not null) without rowid;
"""
_WRITE = """
insert into resources (key, id, urn, type, stack, inputs, outputs, state, made) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict (key) do update set id = excluded.id, urn = excluded.urn, type = excluded.type, stack = excluded.stack,
  inputs = excluded.inputs, outputs = excluded.outputs, state = excluded.state
"""


@dataclass(frozen=True)
class Record:
    """One resource. Inputs and outputs hold sealed secrets.

    `uses` are the ids that it cannot do without, `labels` the words by which others of its kind find it.
    """

    id: str
    urn: str
    type: str
    inputs: Properties
    outputs: Properties
    uses: tuple[str, ...] = ()
    done: bool = False
    labels: tuple[str, ...] = ()

    @property
    def stack(self) -> str:
        """The stack that made it."""
        return Urn(self.urn).stack


class Store:
    """Safe to use from several threads and processes; every write is one transaction."""

    def __init__(self, path: Path | None) -> None:
        """Opens or makes the file; without a path, keeps everything in memory (previews record nothing)."""
        self._path, self._lock = path or Path(":memory:"), threading.RLock()
        with self._failures():
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(self._path, timeout=30, check_same_thread=False, isolation_level=None)
            self._connection.executescript(f"pragma journal_mode = wal; pragma synchronous = full; {_TABLES}")
            self._connection.execute("insert or ignore into facts values ('salt', ?)", (secrets.token_hex(16),))
            self._salt = self._one("select value from facts where name = 'salt'")[0]

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def find(self, arm_id: str) -> Record | None:
        """The record of an id, without regard to case."""
        with self._failures():
            row = self._one(
                "select id, urn, type, inputs, outputs, state, key from resources where key = ?", key(arm_id)
            )
            if row is None:
                return None
            used = [used for (used,) in self._all("select used from uses where key = ? order by used", row[6])]
            labels = [label for (label,) in self._all("select label from labels where key = ? order by label", row[6])]
        inputs, outputs, done = json.loads(row[3]), json.loads(row[4]), row[5] == "done"
        return Record(row[0], row[1], row[2], inputs, outputs, tuple(used), done, tuple(labels))

    def write(self, record: Record) -> None:
        """Adds or replaces a record together with what it uses and its labels."""
        place, made = key(record.id), datetime.now(UTC).isoformat(timespec="seconds")
        row = (
            place,
            record.id,
            record.urn,
            record.type,
            record.stack,
            json.dumps(record.inputs),
            json.dumps(record.outputs),
        )
        with self._transaction():
            self._connection.execute(
                _WRITE,
                (*row, "done" if record.done else "pending", made),
            )
            self._connection.execute("delete from uses where key = ?", (place,))
            self._connection.executemany(
                "insert or ignore into uses values (?, ?)", [(place, key(used)) for used in record.uses]
            )
            self._connection.execute("delete from labels where key = ?", (place,))
            self._connection.executemany(
                "insert or ignore into labels values (?, ?)", [(label, place) for label in record.labels]
            )

    def remove(self, arm_id: str) -> None:
        """Forget a resource and what it uses."""
        with self._transaction():
            self._connection.execute("delete from resources where key = ?", (key(arm_id),))
            self._connection.execute("delete from uses where key = ?", (key(arm_id),))
            self._connection.execute("delete from labels where key = ?", (key(arm_id),))

    def below(self, arm_id: str, token: str | None = None) -> list[Record]:
        """What lies below a resource: its children, theirs, and extensions such as locks; or those of one type."""
        return self._chosen("key > ?1 || '/' and key < ?1 || '0'", key(arm_id), token)

    def users(self, arm_id: str, token: str | None = None) -> list[Record]:
        """What uses a resource or a part of it (a network's subnet); or those of one type."""
        users = "select key from uses where used = ?1 or (used > ?1 || '/' and used < ?1 || '0')"
        return self._chosen(f"key in ({users})", key(arm_id), token)

    def labelled(self, label: str) -> list[Record]:
        """What carries a label."""
        return self._chosen("key in (select key from labels where label = ?1)", label, None)

    def _chosen(self, condition: str, value: str, token: str | None) -> list[Record]:
        query = f"select id from resources where ({condition}) and (?2 is null or type = ?2) order by key"  # noqa: S608  # our own conditions
        with self._failures():
            found = self._all(query, value, token)
        return [record for (arm_id,) in found if (record := self.find(arm_id))]

    def all(self, token: str | None = None) -> list[Record]:
        """Every record, or those of one type."""
        with self._failures():
            found = self._all("select id from resources where ?1 is null or type = ?1 order by key", token)
        return [record for (arm_id,) in found if (record := self.find(arm_id))]

    def counts(self) -> dict[str, int]:
        """How many resources there are of each type."""
        with self._failures():
            return dict(self._all("select type, count(*) from resources group by type order by type"))

    def sealed(self, value: Any) -> Any:
        """The value with a digest in each secret's place."""
        if isinstance(value, Secret):
            text = self._salt + json.dumps(self.sealed(value.value), sort_keys=True)
            return {_SEALED: hashlib.sha256(text.encode()).hexdigest()}
        if isinstance(value, dict):
            return {name: self.sealed(item) for name, item in value.items()}
        return [self.sealed(item) for item in value] if isinstance(value, list) else value

    def opened(self, stored: Any, known: Any) -> Any:
        """A stored value for the engine: a secret that is unchanged is taken from what the engine knows."""
        if isinstance(stored, dict) and _SEALED in stored:
            return known if self.sealed(known) == stored else Secret("changed outside, and not known here")
        if isinstance(stored, dict):
            there = known if isinstance(known, dict) else {}
            return {name: self.opened(item, there.get(name)) for name, item in stored.items()}
        if isinstance(stored, list):
            items = known if isinstance(known, list) else []
            return [self.opened(item, items[at] if at < len(items) else None) for at, item in enumerate(stored)]
        return stored

    def _one(self, query: str, *values: Any) -> Any:
        with self._lock:
            return self._connection.execute(query, values).fetchone()

    def _all(self, query: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._failures(), self._lock:
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise OutsideFailed(f"{self._path}: the record of resources cannot be used, {error}") from error
