"""What feeds name, as `pyops patches due --feed` shows it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.table import Table
from rich.text import Text

from pyops.cli.output import BAD, QUIET, Cell, show, table
from pyops.cli.patches_tables import some
from pyops.estate.model import Estate
from pyops.patches.feeds.feed import OLD, Feed
from pyops.patches.feeds.matching import Matches

_NONE = "-"
_Row = tuple[str, str, str | None, tuple[int, ...]]
"""A source, an urgency, a version and how many hosts each site has."""


def show_feed(estate: Estate, feeds: Sequence[Feed], matches: Matches, now: datetime) -> None:
    """The files; a line for each package that must become the same version on as many hosts; what is not known."""
    rows: dict[_Row, list[str]] = {}
    for one in matches.open:
        finding = one.finding
        counts = tuple(len(one.sites.get(site, ())) for site in estate.sites)
        rows.setdefault((finding.source, finding.urgency, finding.fixed_in, counts), []).append(finding.cve)
    columns = ("package", "vulnerabilities", "urgency", "fixed in", *estate.sites)
    part: Table | Text = Text("nothing that the feed names is open on a host that could be judged")
    if rows:
        part = table(f"{estate.name}: what the feed names", columns, [_row(row, rows[row]) for row in rows])
    show("", *_files(feeds, now), part, *_wanting(matches))


def _row(row: _Row, cves: Sequence[str]) -> list[Cell]:
    source, urgency, fixed_in, counts = row
    hosts = [f"{count:,} host{'' if count == 1 else 's'}" if count else _NONE for count in counts]
    return [source, some(cves), urgency or _NONE, fixed_in or "no fix known", *hosts]


def _files(feeds: Sequence[Feed], now: datetime) -> Iterator[Text]:
    for feed in feeds:
        made_at = feed.said.made_at
        age = f"made on {made_at:%Y-%m-%d}" if made_at else f"of {feed.changed_at:%Y-%m-%d} by the file's own date"
        yield Text(f"{feed.file}: {age}", style=QUIET)
        if feed.is_old(now):
            yield Text(f"{feed.file}: is older than {OLD.days} days: what was found since is not in it", style=BAD)
        if feed.said.undecided:
            words = "have no fix, or were never in this release; it does not say which, and they are not judged"
            yield Text(f"{feed.file}: {feed.said.undecided:,} more that it names {words}", style=QUIET)


def _wanting(matches: Matches) -> Iterator[Text]:
    if matches.unjudged:
        yield Text(f"not judged, as nothing tells their source's version: {some(matches.unjudged, 5)}", style=BAD)
    if matches.unknown:
        yield Text(f"not known, and not counted by the feed: {some(matches.unknown, 5)}", style=BAD)
