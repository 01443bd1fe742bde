"""The network as an SVG map: sites with their zones and circuits, and the links that join them over each carrier."""

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyops.estate.model import Estate
from pyops.estate.network import Link, Site, Zone
from pyops.estate.spoken import spoken
from pyops.maps.geometry import Box, Point, on_ellipse, parallels

_TEMPLATES = Path(__file__).parents[1] / "templates"
_MARGIN, _HEADER, _ROW, _CARD_TOP, _CARD_FOOT = 32.0, 92.0, 22.0, 84.0, 14.0
_CARD_WIDTH = 440.0
_LABEL = (156.0, 24.0)
_LINES_APART = 14.0
_FLATNESS = 1.45
_LABELLED = 4
"""Links carry their addresses on maps of so many sites; above, a list below the map holds them."""
_LETTERS = 46
"""Of a name that fit into a card's line; the rest is in its tooltip."""
_LIST_COLUMN, _LIST_ROW = 310.0, 22.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a card: a name, what it is, and how much there is; `carrier` is the number of its colour."""

    y: float
    name: str
    middle: str
    value: str
    amount: str
    carrier: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A site."""

    box: Box
    name: str
    partner: str
    partner_in_full: str
    facts: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Wire:
    """A link, as a line from centre to centre; the cards cover its ends."""

    carrier: int
    start: Point
    end: Point
    link: str
    words: str


@dataclass(frozen=True, slots=True)
class Label:
    """The addresses of all links between two sites, on their lines."""

    box: Box
    lines: tuple[tuple[int, float, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A link in the list below the map."""

    at: Point
    carrier: int
    sites: str
    prefix: str


def network_map(estate: Estate, marked: Collection[str] = ()) -> str:
    """The whole picture as SVG text: self-contained, the same for the same estate, for light and dark screens.

    `marked` names sites and links that stand out, such as those that a change touches.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_TEMPLATES)
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["n"] = lambda number: f"{number:.1f}".removesuffix(".0")
    boxes = _boxes(estate)
    labelled = len(estate.sites) <= _LABELLED
    height = max(box.top + box.height for box in boxes.values()) + _MARGIN
    entries = () if labelled else tuple(_entries(estate, height, max(box.left + box.width for box in boxes.values())))
    return templates.get_template("network.svg.j2").render(
        estate=estate,
        summary=_summary(estate),
        story=_story(estate),
        width=max(box.left + box.width for box in boxes.values()) + _MARGIN,
        height=height if labelled else max(entry.at.y for entry in entries) + _MARGIN,
        margin=_MARGIN,
        cards=[_card(estate, site, boxes[site.id]) for site in estate.sites.values()],
        wires=list(_wires(estate, boxes)),
        labels=list(_labels(estate, boxes)) if labelled else [],
        entries=entries,
        row=_ROW,
        marked=marked,
    )


def _boxes(estate: Estate) -> dict[str, Box]:
    sizes = [(_CARD_WIDTH, _card_height(site)) for site in estate.sites.values()]
    carriers = len(estate.carriers)
    gap = Point(_LABEL[0] + 48, carriers * _LABEL[1] + 88) if len(sizes) <= _LABELLED else Point(90.0, 56.0)
    boxes = on_ellipse(sizes, gap, _FLATNESS)
    return {
        site: Box(Point(box.centre.x + _MARGIN, box.centre.y + _HEADER + _MARGIN), box.width, box.height)
        for site, box in zip(estate.sites, boxes, strict=True)
    }


def _card_height(site: Site) -> float:
    return _CARD_TOP + (len(site.zones) + len(site.circuits)) * _ROW + _CARD_FOOT + _ROW / 2


def _card(estate: Estate, site: Site, box: Box) -> Card:
    partner = estate.partners[site.partner].name
    short = partner if len(partner) <= _LETTERS else partner[: _LETTERS - 1] + "…"
    facts = f"{site.supernet} · {site.region} · AS {site.routing.asn}"
    return Card(box, site.id, short, partner, facts, tuple(_lines(estate, site)))


def _lines(estate: Estate, site: Site) -> Iterator[Line]:
    y = _CARD_TOP + _ROW / 2
    for zone in site.zones.values():
        yield Line(y, zone.id, f"VLAN {zone.vlan}", str(zone.prefix), _hosts(estate, site, zone))
        y += _ROW
    y += _ROW / 2
    for circuit in site.circuits.values():
        carrier = estate.carriers.index(circuit.id)
        yield Line(
            y,
            f"carrier {circuit.id}",
            f"VLAN {circuit.vlan}",
            str(circuit.address),
            spoken(circuit.speed, "speed"),
            carrier,
        )
        y += _ROW


def _hosts(estate: Estate, site: Site, zone: Zone) -> str:
    servers = sum(server.site == site.id and server.zone == zone.id for server in estate.servers)
    desks = sum(desk.site == site.id for desk in estate.desktops.desks) if zone.id == estate.desktops.zone else 0
    if servers and desks:
        return f"{servers + desks:,} hosts"
    return _counted(servers, "server") if servers else _counted(desks, "desk")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _pairs(estate: Estate) -> Iterator[tuple[str, str, list[Link]]]:
    """The links of each pair of sites, by carrier."""
    for first, second in itertools.combinations(estate.sites, 2):
        links = [link for link in estate.links.values() if {first, second} == set(link.sites)]
        if links:
            yield first, second, sorted(links, key=lambda link: estate.carriers.index(link.carrier))


def _wires(estate: Estate, boxes: dict[str, Box]) -> Iterator[Wire]:
    for first, second, links in _pairs(estate):
        lines = parallels(boxes[first], boxes[second], len(links), _LINES_APART)
        for link, (start, end) in zip(links, lines, strict=True):
            words = f"{link.id}: {first} {link.address(first)}, {second} {link.address(second)}, port {link.port}"
            yield Wire(estate.carriers.index(link.carrier), start, end, link.id, words)


def _labels(estate: Estate, boxes: dict[str, Box]) -> Iterator[Label]:
    """In the middle of what is seen of a pair's lines; nearer to the first site where lines cross in the middle."""
    names = list(estate.sites)
    for first, second, links in _pairs(estate):
        opposite = len(names) == _LABELLED and names.index(second) - names.index(first) == _LABELLED // 2
        start, end = boxes[first].edge_towards(boxes[second].centre), boxes[second].edge_towards(boxes[first].centre)
        middle = start.towards(end, 0.25 if opposite else 0.5)
        box = Box(middle, _LABEL[0], _LABEL[1] * len(links) + 4)
        lines = [
            (estate.carriers.index(link.carrier), 2 + _LABEL[1] * (row + 0.5), str(link.prefix))
            for row, link in enumerate(links)
        ]
        yield Label(box, tuple(lines))


def _entries(estate: Estate, top: float, width: float) -> Iterator[Entry]:
    columns = max(1, int(width // _LIST_COLUMN))
    links = [(first, second, link) for first, second, links in _pairs(estate) for link in links]
    rows = -(-len(links) // columns)
    for number, (first, second, link) in enumerate(links):
        column, row = divmod(number, rows)
        at = Point(_MARGIN + column * _LIST_COLUMN, top + _LIST_ROW * (row + 1))
        yield Entry(at, estate.carriers.index(link.carrier), f"{first}–{second}", str(link.prefix))


def _summary(estate: Estate) -> str:
    things = (
        (len(estate.sites), "site"),
        (len(estate.links), "link"),
        (len(estate.servers), "server"),
        (len(estate.desktops.desks), "desk"),
    )
    return " · ".join(_counted(number, noun) for number, noun in things)


def _story(estate: Estate) -> str:
    """The picture in words, for those who cannot see it."""
    sites = [f"{site.id} of {estate.partners[site.partner].name}" for site in estate.sites.values()]
    pairs = [
        f"{first} and {second} over {' and '.join(link.carrier for link in links)}"
        for first, second, links in _pairs(estate)
    ]
    return f"Sites: {'; '.join(sites)}. Encrypted links over carriers: {'; '.join(pairs)}."
