"""What changed on a host from one reading to the next, in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyops.fleet.facts import Facts, Package
from pyops.fleet.observation import Observation, Silence
from pyops.fleet.wanting import wanting


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a host's history."""

    at: datetime
    silence: Silence | None
    changes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """For `json.dumps`."""
        return {
            "at": self.at.isoformat(),
            "reason": self.silence.reason if self.silence else None,
            "detail": self.silence.detail if self.silence else None,
            "changes": list(self.changes),
        }


def told(readings: Sequence[Observation | Silence]) -> tuple[Entry, ...]:
    """Readings of one host, the newest first, each with what changed since the observation before it."""
    entries = []
    before: Facts | None = None
    for reading in reversed(readings):
        if isinstance(reading, Silence):
            entries.append(Entry(reading.tried_at, reading, ()))
        else:
            entries.append(Entry(reading.read_at, None, tuple(_changes(before, reading.facts))))
            before = reading.facts
    return tuple(reversed(entries))


def _changes(old: Facts | None, new: Facts) -> Iterator[str]:
    if old is None:
        count = "packages cannot be read" if new.packages is None else f"{len(new.packages):,} packages"
        yield f"{new.system.name}, kernel {new.kernel.running}, {count}"
        yield from wanting(new)
        return
    if old.system != new.system:
        yield f"system: {old.system.name} -> {new.system.name}"
    if old.kernel.running != new.kernel.running:
        yield f"kernel: {old.kernel.running} -> {new.kernel.running}"
    if new.uptime < old.uptime:
        yield "restarted"
    if old.packages is not new.packages:
        yield from _packages(old.packages or {}, new.packages)
    if old.converged_at != new.converged_at and new.converged_at:
        yield f"converged at {new.converged_at:%Y-%m-%d %H:%M}"
    known = wanting(old)
    yield from (words for words in wanting(new) if words not in known)


def _packages(old: Mapping[str, Package], new: Mapping[str, Package] | None) -> Iterator[str]:
    if new is None:
        return
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        before = was.version if was and was.is_installed else None
        after = now.version if now and now.is_installed else None
        if before != after:
            yield f"{name}: {before or 'not installed'} -> {after or 'removed'}"
