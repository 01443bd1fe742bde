"""The parity matrix as one page that needs nothing from elsewhere: the matrix as a picture, and every gap in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyops.estate.model import Estate
from pyops.patches.alignment import Standing, State
from pyops.patches.parity import Cell, Parity

_TEMPLATES = Path(__file__).parents[1] / "templates"
_LEFT, _LETTER, _TOP, _ROW = 120.0, 9.5, 56.0, 74.0
_COLUMN, _BAR, _LEGEND = 250.0, 210.0, 130.0


@dataclass(frozen=True, slots=True)
class Segment:
    """The hosts of one state in a bar, as wide as their share."""

    state: State
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A cell of the matrix: its place in the picture, what it says, and its hosts by state."""

    x: float
    y: float
    words: str
    tooltip: str
    segments: tuple[Segment, ...]


def page(estate: Estate, parity: Parity, standings: Sequence[Standing], now: datetime) -> str:
    """The whole page as HTML text, for light and dark screens and for print."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    left = _LEFT + _LETTER * max(0, *(len(site) - len("stratford") for site in estate.sites))
    templates.filters["n"] = lambda number: f"{number:.1f}".removesuffix(".0")
    return templates.get_template("parity.html.j2").render(
        estate=estate,
        parity=parity,
        verdict=_verdict(parity),
        story=_story(parity),
        now=now,
        states=list(State),
        left=left,
        top=_TOP,
        row=_ROW,
        column=_COLUMN,
        bar=_BAR,
        legend=_LEGEND,
        width=left + max(_COLUMN * len(estate.patches.rings), _LEGEND * len(State)),
        height=_TOP + _ROW * len(estate.sites) + 8,
        bars=list(_bars(estate, parity, left)),
        notices=[(one.member.name, one.notices) for one in standings if one.notices],
    )


def _bars(estate: Estate, parity: Parity, left: float) -> Iterator[Bar]:
    sites, rings = list(estate.sites), list(estate.patches.rings)
    for cell in parity.cells:
        x, y = left + _COLUMN * rings.index(cell.ring), _TOP + _ROW * sites.index(cell.site)
        yield Bar(x, y, _words(cell), _tooltip(cell), tuple(_segments(cell)))


def _segments(cell: Cell) -> Iterator[Segment]:
    """From the aligned ones on the left to the unknown ones on the right."""
    x = 0.0
    for state in reversed(State):
        width = _BAR * cell.states.get(state, 0) / (cell.hosts or 1)
        if width:
            yield Segment(state, x, width)
        x += width


def _words(cell: Cell) -> str:
    return f"{cell.aligned:,} of {cell.hosts:,} · {cell.percent} %" if cell.hosts else "no hosts"


def _tooltip(cell: Cell) -> str:
    states = ", ".join(f"{number:,} {state}" for state, number in cell.states.items())
    return f"{cell.site}, ring {cell.ring}: {states or 'no hosts'}"


def _verdict(parity: Parity) -> str:
    if parity.is_full:
        return "All sites are at one level."
    hosts, aligned = sum(cell.hosts for cell in parity.cells), sum(cell.aligned for cell in parity.cells)
    counted = f"{aligned:,} of {hosts:,} hosts are as their ring is"
    if parity.unreachable:
        return f"{counted}; the mirror of {' and '.join(parity.unreachable)} cannot be read."
    if parity.unequal_mirrors:
        return f"{counted}; the mirrors do not publish the same for {', '.join(parity.unequal_mirrors)}."
    return f"{counted}; {'every gap has leave' if parity.is_excused else 'some gaps have no leave'}."


def _story(parity: Parity) -> str:
    """The picture in words, for those who cannot see it."""
    return " ".join(f"{_tooltip(cell)}." for cell in parity.cells)
