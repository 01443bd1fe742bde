"""Observations and silences kept in SQLite. Lists of packages are kept once, however many hosts and days share them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from pyops.errors import OutsideFailed, Refused, in_words
from pyops.fleet import schema
from pyops.fleet.encoding import from_json, to_json
from pyops.fleet.facts import Package
from pyops.fleet.observation import Latest, Observation, Reason, Silence
from pyops.fleet.shelf import Shelf

KEEP = timedelta(days=90)
"""How long history is kept when nobody says otherwise."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = "host, at, reason, detail, facts, list"
_NAMED = "(:hosts IS NULL OR host IN (SELECT value FROM json_each(:hosts)))"
_OBSERVED, _SILENT = "reason IS NULL", "reason IS NOT NULL"

_SAVE = f"INSERT OR REPLACE INTO reading ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own columns
_LAST = """
SELECT {columns} FROM (SELECT host, max(at) AS at FROM reading WHERE {kind} AND {named} GROUP BY host)
JOIN reading USING (host, at) ORDER BY host"""
_HISTORY = f"SELECT {_COLUMNS} FROM reading WHERE host = ? ORDER BY at DESC LIMIT ?"  # noqa: S608 - our own columns
_STATUSES = _LAST.format(columns="host, facts ->> '$.dpkg.status_sha256', list", kind=_OBSERVED, named=_NAMED)
_FORGET = f"""
DELETE FROM reading WHERE at < :before AND (host, at) NOT IN (
    SELECT host, max(at) FROM reading WHERE {_OBSERVED} AND {_NAMED} GROUP BY host
    UNION SELECT host, max(at) FROM reading WHERE {_NAMED} GROUP BY host)"""  # noqa: S608 - our own words

_Lists = dict[tuple[int, str], Mapping[str, Package]]


class Store:
    """The readings of one estate, in one file; made when it is not there.

    Every call raises OutsideFailed where the file or its disk fails, Refused where the file is none of ours.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._words():
            file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(file, timeout=30, isolation_level=None)
            self._shelf = Shelf(self._connection)
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                schema.prepare(self._connection, file)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go; everything is in it already."""
        self._connection.close()

    def save(self, reading: Observation | Silence) -> None:
        """Keep a reading; once this returns, an interrupt or a kill takes nothing of it away."""
        with self._transaction():
            self._connection.execute(_SAVE, self._row(reading))

    def latest(self, hosts: Iterable[str] | None = None) -> dict[str, Latest]:
        """What is known of every host by name, or of those that are named: of those that were never read, too."""
        names = None if hosts is None else sorted(hosts)
        observed = {one.host: one for one in self._last(_OBSERVED, names) if isinstance(one, Observation)}
        silent = {one.host: one for one in self._last(_SILENT, names) if isinstance(one, Silence)}
        wanted = sorted(observed.keys() | silent.keys()) if names is None else names
        return {name: _latest(name, observed.get(name), silent.get(name)) for name in wanted}

    def observation(self, host: str) -> Observation | None:
        """The last that a host answered, whether it has been silent since or not."""
        return next((one for one in self._last(_OBSERVED, [host]) if isinstance(one, Observation)), None)

    def statuses(self) -> dict[str, str]:
        """For each host the hash of dpkg's status at its last observation, if that has its packages."""
        with self._words():
            rows = self._connection.execute(_STATUSES, {"hosts": None})
            return {host: status for host, status, number in rows if status and number is not None}

    def history(self, host: str, most: int = 100) -> tuple[Observation | Silence, ...]:
        """A host's readings, the newest first."""
        lists: _Lists = {}
        with self._words():
            return tuple(self._reading(row, lists) for row in self._connection.execute(_HISTORY, (host, most)))

    def forget(self, hosts: Iterable[str], now: datetime, keep: timedelta = KEEP) -> int:
        """Drop readings older than `keep`, but never the last observation and the last reading of any of `hosts`.

        Of hosts that the estate no longer has everything goes at that age. Returns how many readings went.
        """
        with self._transaction():
            values = {"before": _stamp(now - keep), "hosts": json.dumps(sorted(hosts))}
            gone = self._connection.execute(_FORGET, values).rowcount
            if gone:
                self._shelf.forget_unused()
        return gone

    def _last(self, kind: str, hosts: list[str] | None) -> Iterator[Observation | Silence]:
        query = _LAST.format(columns=_COLUMNS, kind=kind, named=_NAMED)
        lists: _Lists = {}
        with self._words():
            for row in self._connection.execute(query, {"hosts": None if hosts is None else json.dumps(hosts)}):
                yield self._reading(row, lists)

    def _row(self, reading: Observation | Silence) -> tuple[Any, ...]:
        if isinstance(reading, Silence):
            return reading.host, _stamp(reading.tried_at), reading.reason.value, reading.detail, None, None
        listed = reading.facts.packages
        number = None if listed is None else self._shelf.put(listed.values())
        return reading.host, _stamp(reading.read_at), None, None, to_json(reading.facts), number

    def _reading(self, row: tuple[Any, ...], lists: _Lists) -> Observation | Silence:
        """A row as what it was; equal lists of packages are one object."""
        host, at, reason, detail, text, number = row
        moment = _EPOCH + at * _MICROSECOND
        if reason is not None:
            return Silence(host, moment, Reason(reason), detail)
        facts = from_json(text)
        if number is None:
            return Observation(host, moment, facts)
        key = (number, facts.architecture)
        if key not in lists:
            lists[key] = self._shelf.get(*key)
        return Observation(host, moment, replace(facts, packages=lists[key]))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._words():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                self._shelf.rolled_back()
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _words(self) -> Iterator[None]:
        """What SQLite and the disk say, as our errors."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OutsideFailed(f"{self._file}: {error}") from None
        except (sqlite3.DatabaseError, ValueError) as error:
            raise Refused(f"{self._file}: not a database of observations, {str(error).splitlines()[0]}") from None
        except OSError as error:
            raise OutsideFailed(f"{self._file}: {in_words(error)}") from None


def _latest(host: str, observation: Observation | None, silence: Silence | None) -> Latest:
    """A silence counts until the host has answered again."""
    is_over = observation and silence and silence.tried_at <= observation.read_at
    return Latest(host, observation, None if is_over else silence)


def _stamp(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
