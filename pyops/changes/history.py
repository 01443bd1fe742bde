"""What became of all changes, and how far their predictions came true: from the ledger alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyops.changes.ledger import Entry, Kind
from pyops.changes.verification import Rate

RUNS: tuple[Kind, ...] = ("applying", "stopped", "applied", "backed_out")
"""Events of a run, forth or back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One change as it stands."""

    record: str
    state: Kind
    """What became of it: its last run, and `verified` where that was looked at and ended well."""
    when: str
    """When it came to that state."""
    words: str
    """What to know of that state, such as where it stopped; empty where there is nothing."""
    hits: int | None
    """How much of the prediction came true; None where it was not verified."""
    predicted: int | None


@dataclass(frozen=True, slots=True)
class History:
    """All changes, the newest event last, and the rates over all that were verified."""

    standings: tuple[Standing, ...]
    rates: tuple[Rate, ...]


def history(entries: Sequence[Entry]) -> History:
    """The summary of a ledger; of a record that was verified twice the last verification counts."""
    every: dict[str, list[Entry]] = {}
    for entry in entries:
        every[entry.record] = [*every.pop(entry.record, ()), entry]
    verified = {record: found for record, events in every.items() if (found := _last(events, ("verified",)))}
    standings = tuple(_standing(_telling(events), verified.get(record)) for record, events in every.items())
    return History(standings, _summed(entry.data for entry in verified.values()))


def last_run(entries: Sequence[Entry], record: str) -> Kind | None:
    """How the last run of a change stands; None where none began. A look at it or a late signature changes nothing."""
    found = _last([entry for entry in entries if entry.record == record], RUNS)
    return found.kind if found else None


def _telling(events: Sequence[Entry]) -> Entry:
    """The event that says how a change stands: a stopped run is not mended by looking at it."""
    run = _last(events, RUNS)
    if run is None:
        return events[-1]
    looked = _last(events[events.index(run) :], ("verified",))
    return looked if looked and run.kind == "applied" else run


def _last(events: Sequence[Entry], kinds: Sequence[Kind]) -> Entry | None:
    return next((entry for entry in reversed(events) if entry.kind in kinds), None)


def _standing(entry: Entry, verified: Entry | None) -> Standing:
    data: Mapping[str, Any] = verified.data if verified else {}
    hits = data.get("hits")
    predicted = None if hits is None else hits + data.get("absent", 0)
    return Standing(entry.record, entry.kind, entry.when, _words(entry), hits, predicted)


def _words(entry: Entry) -> str:
    if entry.kind == "applying":
        return "is being applied, or its run was killed"
    if entry.kind == "approved":
        return ", ".join(str(entry.data[key]) for key in ("principal", "role") if key in entry.data)
    if entry.kind == "stopped":
        return str(entry.data.get("where", ""))
    return ""


def _summed(found: Iterable[Mapping[str, Any]]) -> tuple[Rate, ...]:
    total: dict[tuple[str, str], Rate] = {}
    for data in found:
        for one in data.get("rates", ()):
            rate = Rate(**one)
            before = total.get((rate.kind, rate.name), Rate(rate.kind, rate.name, 0, 0, 0, 0))
            total[rate.kind, rate.name] = replace(
                before,
                hits=before.hits + rate.hits,
                unforeseen=before.unforeseen + rate.unforeseen,
                absent=before.absent + rate.absent,
                blind=before.blind + rate.blind,
            )
    return tuple(total[key] for key in sorted(total, key=lambda key: (key[0] == "role", key)))
