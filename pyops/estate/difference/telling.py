"""From single differences to sentences: what happens alike to many things is said once, with their names.

A sentence begins with a verb in its plural form (`gain`, `lose`, `may`), which is bent to fit who it is said of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pyops.estate.problems import Location, dotted

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

_VOWELS = tuple("aeiou")
FEW = 3
"""So many things are named one by one; of more only the first, and their number."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a difference is about: one of a category (`pool application`), or, without one, a thing of its own."""

    name: str
    category: str = ""
    everyone: tuple[str, ...] = ()
    """All of the category, so that `all 3 sites` can be said."""
    bare: bool = False
    """Whether its name says enough alone: sites go by their names."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, before it is told together with its like."""

    kind: str
    subject: Subject
    sentence: str
    at: Location
    detail: str = ""
    """What is particular to this subject; told after the sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change as people read it."""

    kind: str
    """`added`, `removed` or `changed`."""
    subject: str
    words: str
    paths: tuple[str, ...]
    """Where in the estate file, as `pyops estate check` names places."""

    def as_dict(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        return asdict(self)


def tell(differences: Iterable[Difference]) -> list[Change]:
    """Differences of one kind, category and sentence become one change, at the place of the first."""
    groups: dict[tuple[str, str, str], list[Difference]] = {}
    for one in differences:
        alone = "" if one.subject.category else one.subject.name
        groups.setdefault((one.kind, one.subject.category or alone, one.sentence), []).append(one)
    return [_change(group) for group in groups.values()]


def _change(group: Sequence[Difference]) -> Change:
    first = group[0]
    subject = who([one.subject for one in group])
    details = [_detail(one, len(group)) for one in group if one.detail]
    words = f"{subject} {bent(first.sentence, len(group))}{': ' if details else ''}{'; '.join(details)}"
    return Change(first.kind, subject, words, tuple(dotted(one.at) for one in group))


def _detail(one: Difference, number: int) -> str:
    """Said of several, a detail must tell whose it is."""
    name = one.subject.name
    return one.detail if number == 1 or name in one.detail else f"{name} ({one.detail})"


def who(subjects: Sequence[Subject]) -> str:
    """`banbury`, `pools directory and files`, `all 3 sites`, `all 7 pools but router`."""
    first, names = subjects[0], [subject.name for subject in subjects]
    if not first.category:
        return first.name
    if len(names) == 1:
        return names[0] if first.bare else f"{first.category} {names[0]}"
    missing = [name for name in first.everyone if name not in names]
    if not missing:
        return f"all {len(names)} {plural(first.category)}"
    if len(missing) * 3 <= len(first.everyone) and len(missing) <= FEW and len(names) > FEW:
        return f"all {len(first.everyone)} {plural(first.category)} but {joined(missing)}"
    return joined(names) if first.bare else f"{plural(first.category)} {joined(names)}"


def bent(sentence: str, number: int) -> str:
    """A sentence whose first word, a verb in the plural, fits the number of those who it is said of."""
    verb, _, rest = sentence.partition(" ")
    singular = {"are": "is", "have": "has", "may": "may", "pass": "passes"}
    return f"{verb if number != 1 else singular.get(verb, verb + 's')} {rest}".rstrip()


def plural(noun: str) -> str:
    """More than one of it."""
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in _VOWELS else noun + "s"


def counted(number: int, noun: str) -> str:
    """`1 server`, `1,700 desks`."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def joined(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = list(names)
    return f"{', '.join(most)} and {last}" if most else last


def few(names: Sequence[str]) -> str:
    """The first names, and how many more there are; of none, nothing."""
    if not names:
        return ""
    if len(names) <= FEW + 1:
        return joined(names)
    return f"{', '.join(names[:FEW])} and {len(names) - FEW:,} more"
