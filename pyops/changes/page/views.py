"""What the pages are made of, before they are HTML or Markdown: plain texts in their order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is said. `parts` stand below it where there is room; `text` is set as it is, in fixed width."""

    words: str
    parts: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    is_list: bool = False
    """Whether the parts only name one by one what the words counted."""
    is_grave: bool = False
    """Whether something goes away, so that its first two parts, what forces it and why, always stand with it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it at once, and what is folded away, counted in `more`."""

    title: str
    shown: tuple[Line, ...]
    more: str = ""
    folded: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """Who has signed in which role, and when."""

    principal: str
    role: str
    when: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether something was predicted, and whether it happened."""

    what: str
    predicted: bool
    happened: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A change in the index."""

    id: str
    title: str
    kind: str
    state: str
    when: str
    link: str
    hits: int | None
    predicted: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """How often predictions of a stack or role came true."""

    name: str
    predicted: int
    hits: int
