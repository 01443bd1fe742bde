"""The asset register: desks that come, go or change, told by what happens to them alike."""

from collections.abc import Iterable, Iterator, Mapping

from pyops.estate.difference.telling import ADDED, CHANGED, REMOVED, Change, bent, counted, few
from pyops.estate.model import Estate
from pyops.estate.service import Desk

_MOVES = {
    "site": "move from {old} to {new}",
    "partner": "pass from {old} to {new}",
    "model": "change model from {old} to {new}",
    "ring": "move from ring {old} to {new}",
}

Register = Mapping[str, Desk]


def compare_desks(old: Estate, new: Estate) -> Iterator[Change]:
    """Counts with the first names, out of all that the register has; a desk is known by its name."""
    before, after = _by_name(old), _by_name(new)
    for place, names in _places(desk for name, desk in after.items() if name not in before).items():
        yield _said(ADDED, after, f"are new {place}", names)
    for place, names in _places(desk for name, desk in before.items() if name not in after).items():
        yield _said(REMOVED, before, f"are gone {place}", names)
    for sentence, names in _changes(before, after).items():
        yield _said(CHANGED, after, sentence, names)


def _by_name(estate: Estate) -> Register:
    return {desk.name: desk for desk in estate.desktops.desks}


def _places(desks: Iterable[Desk]) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for desk in desks:
        places.setdefault(f"at {desk.site} for {desk.partner}", []).append(desk.name)
    return places


def _changes(before: Register, after: Register) -> dict[str, list[str]]:
    changes: dict[str, list[str]] = {}
    for name, desk in after.items():
        was = before.get(name, desk)
        for field, words in _MOVES.items():
            old, new = getattr(was, field), getattr(desk, field)
            if old != new:
                changes.setdefault(words.format(old=old, new=new), []).append(name)
        if was.address != desk.address:
            changes.setdefault("change their planned address", []).append(name)
    return changes


def _said(kind: str, register: Register, sentence: str, names: list[str]) -> Change:
    subject = counted(len(register), "desk")
    words = f"{subject}: {len(names):,} {bent(sentence, len(names))}: {few(names)}"
    return Change(kind, subject, words, ("desktops.register",))
