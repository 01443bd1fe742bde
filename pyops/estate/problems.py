"""What can be wrong with an estate, said the same way everywhere: `file:line: path: given, the rule it breaks`."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from pyops.errors import Refused

Location = tuple[str | int, ...]
"""Keys and list positions from the top of the file down to a value."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken somewhere in the model, before it is known on which line."""

    at: Location
    given: Any
    rule: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A finding with its place in a file, as it is shown to people."""

    file: str
    line: int
    path: str
    given: str
    rule: str

    def as_dict(self) -> dict[str, str | int]:
        """Plain data with stable keys."""
        return asdict(self)

    def __str__(self) -> str:
        given = f"{self.given}, " if self.given else ""
        return f"{self.file}:{self.line}: {self.path}: {given}{self.rule}"


class EstateRefused(Refused):
    """The estate file breaks rules; carries every problem found, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(at: Location) -> str:
    """A location as people read it: `sites.banbury.circuits.a` or `flows[2].services`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).lstrip(".") or "(file)"


def shown(value: Any) -> str:
    """A given value as a person wrote it, kept short."""
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list, tuple)):
        return f"{'a map' if isinstance(value, dict) else 'a list'} of {len(value)}" if value else "nothing"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return f'"{text}"'
    return (text if len(text) <= 60 else text[:57] + "...").replace("\n", "\\n") or "nothing"


def given(found: Finding) -> str:
    """What was given, as it stands in the message; nothing where the rule says already that it is not there."""
    return "" if found.given is None and found.rule.startswith("is ") else shown(found.given)


def a(noun: str) -> str:
    """The noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint at the right name: `; did you mean banbury?`, or what there is to choose from."""
    known = list(names)
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known: {', '.join(known[:8])}{', ...' if len(known) > 8 else ''}" if known else ""


def no_such(noun: str, name: str, known: Iterable[str], estate: str = "this estate") -> str:
    """The rule that a name breaks which the estate does not have, with a hint at the right one."""
    return f"is not {a(noun)} of {estate}{nearest(name, known)}"


def unknown(noun: str, at: Location, name: str, known: Collection[str]) -> Iterator[Finding]:
    """A finding where a name is none of those that the estate has."""
    if name not in known:
        yield Finding(at, name, no_such(noun, name, known))


def each_unknown(noun: str, at: Location, names: Iterable[str], known: Collection[str]) -> Iterator[Finding]:
    """The same of every name in a list."""
    for number, name in enumerate(names):
        yield from unknown(noun, (*at, number), name, known)
