"""Tables of `pyops patches`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from pyops.cli.output import BAD, GOOD, QUIET, Cell, show, table
from pyops.estate.model import Estate
from pyops.patches.alignment import Standing, State
from pyops.patches.difference import Change
from pyops.patches.fixes import Due
from pyops.patches.gaps import Kind
from pyops.patches.mirrors import Seen
from pyops.patches.parity import Cell as Hosts
from pyops.patches.parity import NamedGap, Parity
from pyops.patches.promotion import Promotion, unsettled
from pyops.patches.release import Release

_NONE = "-"
_STYLES = {State.ALIGNED: GOOD, State.UNKNOWN: BAD, State.BEHIND: BAD}


def show_status(estate: Estate, parity: Parity, standings: Sequence[Standing], *, hosts: bool) -> None:
    """The matrix, the gaps, packages that differ between sites, and what the mirrors publish."""
    rings = list(estate.patches.rings)
    cells = {(cell.site, cell.ring): cell for cell in parity.cells}
    matrix: list[list[Cell]] = [[site, *(_share(cells[site, ring]) for ring in rings)] for site in estate.sites]
    parts: list[Table | str | Text] = [table(f"{estate.name}: hosts as their ring is", ("site", *rings), matrix)]
    gaps = [_gap(cell, gap) for cell in parity.cells for gap in cell.gaps]
    if gaps:
        parts.append(table("gaps", ("site", "ring", "cause", "hosts", "packages", "until", "owner", "why"), gaps))
    if parity.uneven:
        columns = ("ring", "package", *estate.sites)
        rows = (
            [u.ring, u.package, *(", ".join(u.versions.get(s, (_NONE,))) for s in estate.sites)] for u in parity.uneven
        )
        parts.append(table("packages that sites have at different versions", columns, rows))
    notices: list[list[Cell]] = [[one.member.name, "; ".join(one.notices)] for one in standings if one.notices]
    if notices:
        parts.append(table("to be mended", ("host", "what"), notices))
    if hosts:
        parts.append(_hosts(standings))
    show(*parts, _mirrors(parity), *_wanting(parity))


def _mirrors(parity: Parity) -> Table:
    """What each mirror publishes: its baseline, and the head of its hash."""
    places = list(dict.fromkeys(place for found in parity.releases.values() for place in found))
    rows: list[list[Cell]] = []
    for ring, found in parity.releases.items():
        style = BAD if ring in parity.unequal_mirrors else ""
        rows.append([ring, *(Text(release_words(found.get(place)), style=style) for place in places)])
    return table("what the mirrors publish", ("ring", *places), rows)


def release_words(release: Release | None) -> str:
    """A release by its baseline and the head of its hash."""
    return f"{release.baseline or 'no baseline'} {release.sha256[:12]}" if release else _NONE


def _wanting(parity: Parity) -> Iterator[Text]:
    for ring in parity.unequal_mirrors:
        yield Text(f"{ring}: the mirrors do not publish the same", style=BAD)
    for site, why in parity.unreachable.items():
        yield Text(f"{site}: its mirror cannot be read, its hosts are judged by another site's: {why}", style=BAD)


def _share(cell: Hosts) -> Text:
    if not cell.hosts:
        return Text(_NONE, style=QUIET)
    is_full = cell.aligned == cell.hosts
    rest = ", ".join(f"{number} {state}" for state, number in cell.states.items() if state is not State.ALIGNED)
    words = f"{cell.aligned} of {cell.hosts} ({cell.percent} %)" + (f", {rest}" if rest else "")
    return Text(words, style=GOOD if is_full else "" if cell.is_excused else BAD)


def _gap(cell: Hosts, gap: NamedGap) -> list[Cell]:
    cause = Text(gap.cause.value, style="" if gap.is_excused else BAD)
    until = str(gap.until) if gap.until else _NONE
    why = some(gap.details, 2, "; ")
    return [cell.site, cell.ring, cause, some(gap.hosts), some(gap.packages), until, gap.owner or _NONE, why]


def some(names: Sequence[str], most: int = 3, between: str = ", ") -> str:
    """The first of several names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return between.join(names[:most]) + more or _NONE


def _hosts(standings: Iterable[Standing]) -> Table:
    rows: list[list[Cell]] = []
    for one in standings:
        counts = [_NONE if (number := one.count(kind)) is None else f"{number:,}" for kind in Kind]
        read_at = f"{one.read_at:%Y-%m-%d %H:%M}" if one.read_at else _NONE
        state = Text(one.state.value, style=_STYLES.get(one.state, ""))
        rows.append([one.member.name, one.member.ring.id, state, *counts, read_at])
    return table("hosts", ("host", "ring", "state", *(kind.value for kind in Kind), "read at (UTC)"), rows)


def show_due(estate: Estate, fixes: Sequence[Due], unknown: Sequence[str], today: date) -> None:
    """Fixes in the order of their deadlines; then what is not known."""
    rows = [_due(estate, one, today) for one in fixes]
    columns = ("fix", "days left", "due on", *estate.sites, "closes", "leave", "not carried by")
    parts: list[Table | str | Text] = [table(f"{estate.name}: security fixes that hosts lack", columns, rows)]
    if not fixes:
        parts = [Text("no host that could be judged lacks a fix of the security suite")]
    if unknown:
        parts.append(Text(f"not known, and not counted: what {some(unknown, 5)} lack", style=BAD))
    if any(one.fix.is_dated_by_index for one in fixes):
        parts.append(Text("≤: no changelog tells the day of release; the clock may have run for longer", style=QUIET))
    show(*parts)


def _due(estate: Estate, one: Due, today: date) -> list[Cell]:
    left = one.fix.days_left(today)
    days = Text(
        f"{'≤ ' if one.fix.is_dated_by_index else ''}{left}", style=BAD if left < 0 and not one.is_excused else ""
    )
    sites = [f"{len(one.sites[site]):,} hosts" if site in one.sites else _NONE for site in estate.sites]
    sites = [words.replace("1 hosts", "1 host") if words == "1 hosts" else words for words in sites]
    leave = "; ".join(dict.fromkeys(f"{r.cause}: {r.detail}, until {r.until} ({r.owner})" for r in one.leave))
    name = f"{one.fix.source} {one.fix.version}"
    closes = one.fix.words.removeprefix("closes: ")
    return [name, days, str(one.fix.due_on), *sites, closes, leave or _NONE, ", ".join(one.uncarried) or _NONE]


def show_difference(before: str, after: str, changes: Sequence[Change], *, closes: bool) -> None:
    """One line a package."""
    if not changes:
        show(Text(f"{before} and {after} carry the same"))
        return
    rows = [[c.package, c.before or _NONE, c.after or _NONE, *([_closed(c)] if closes else [])] for c in changes]
    show(table(f"from {before} to {after}", ("package", before, after, *(["closes"] if closes else [])), rows))


def _closed(change: Change) -> str:
    if change.closes is None:
        return "no changelog"
    return ", ".join(change.closes) or "names none"


def show_promotion(made: Promotion, seen: Seen) -> None:
    """What each site's mirror carried before, and what it serves now."""
    carried = seen.releases[made.ring]
    is_done = not unsettled(made, seen)
    rows: list[list[Cell]] = [
        [
            site,
            before or _NONE,
            Text(release_words(carried.get(site)), style=GOOD if is_done else ""),
            str(made.baseline),
        ]
        for site, before in made.before.items()
    ]
    columns = ("mirror", "before", "serves now", "to serve")
    words = "serves the same bytes at every site" if is_done else "is not there yet"
    show(table(f"ring {made.ring}", columns, rows), Text(f"{made.ring}: {made.baseline} {words}"))
