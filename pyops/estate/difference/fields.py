"""Fields of two parts of one kind, compared one by one; whatever no other page of this package tells is told here."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pyops.estate.base import Part
from pyops.estate.difference.telling import ADDED, CHANGED, REMOVED, Difference, Subject, joined
from pyops.estate.problems import Location
from pyops.estate.spoken import described, label, spoken


def compare_maps(
    category: str, old: Mapping[str, Part], new: Mapping[str, Part], at: Location, but: Collection[str] = ()
) -> Iterator[Difference]:
    """Two maps by name: what came, what went, and the fields of what stayed (all but those named in `but`)."""
    everyone = tuple({**old, **new})
    for name in everyone:
        subject = Subject(name, category, everyone)
        if name not in old:
            yield Difference(ADDED, subject, "are new", (*at, name), described(new[name]))
        elif name not in new:
            yield Difference(REMOVED, subject, "are gone", (*at, name), described(old[name]))
        else:
            yield from compare_parts(subject, old[name], new[name], (*at, name), but=but)


def compare_parts(
    subject: Subject, old: Part, new: Part, at: Location, of: str = "", but: Collection[str] = ()
) -> Iterator[Difference]:
    """The fields of two parts; `of` says within what of the subject they stand (` of circuit a`)."""
    for name, field in type(new).model_fields.items():
        if name not in but and name != "id" and not field.exclude:
            here = (*at, field.alias or name)
            yield from compare_values(subject, name, getattr(old, name), getattr(new, name), here, of)


def compare_values(
    subject: Subject, field: str, old: Any, new: Any, at: Location, of: str = ""
) -> Iterator[Difference]:
    """Two values of one field, taken apart as far as they have names."""
    what = f"{label(field)}{of}"
    if old == new:
        return
    if isinstance(old, Part) and isinstance(new, Part):
        yield from compare_parts(subject, old, new, at, of=f" of {what}")
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _entries(subject, field, old, new, at, of)
    elif isinstance(old, tuple) and isinstance(new, tuple):
        yield from _items(subject, what, old, new, at)
    else:
        yield Difference(CHANGED, subject, f"change {what} from {spoken(old, field)} to {spoken(new, field)}", at)


def _entries(
    subject: Subject, field: str, old: Mapping[str, Any], new: Mapping[str, Any], at: Location, of: str
) -> Iterator[Difference]:
    """A map within a part: of parts (`ring early`) or of plain values (`day of stratford`)."""
    for name in {**old, **new}:
        here, before, after = (*at, name), old.get(name), new.get(name)
        is_part = isinstance(before if after is None else after, Part)
        what = f"{_one(field)} {name}{of}" if is_part else f"{_one(field)} of {name}{of}"
        if not is_part and before is not None and after is not None:
            yield from compare_values(subject, _one(field), before, after, here, f" of {name}{of}")
        elif before is None:
            yield Difference(ADDED, subject, f"gain {what}", here, spoken(after))
        elif after is None:
            yield Difference(REMOVED, subject, f"lose {what}", here, spoken(before))
        else:
            yield from compare_parts(subject, before, after, here, of=f" of {what}")


def _one(field: str) -> str:
    """One of the things that a field holds: `ring` of rings, `policy` of policies."""
    return field.removesuffix("ies") + "y" if field.endswith("ies") else field.removesuffix("s")


def _items(
    subject: Subject, what: str, old: tuple[Any, ...], new: tuple[Any, ...], at: Location
) -> Iterator[Difference]:
    gained = [spoken(item) for item in new if item not in old]
    lost = [spoken(item) for item in old if item not in new]
    if gained:
        yield Difference(ADDED, subject, f"gain {joined(gained)} in {what}", at)
    if lost:
        yield Difference(REMOVED, subject, f"lose {joined(lost)} from {what}", at)
    if not gained and not lost:
        yield Difference(CHANGED, subject, f"list {what} in another order", at, spoken(new))
