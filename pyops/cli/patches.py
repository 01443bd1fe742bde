"""`pyops patches`: whether all sites are at one patch level, why not, and what would be done about it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli.answering import end, print_json, write
from pyops.cli.context import Inventory
from pyops.cli.options import Json, Limit
from pyops.cli.patches_options import Feeds, MaxAge, Mirrors, SignedBy
from pyops.cli.patches_promotion import promote
from pyops.cli.patches_reading import Asked, Reading, ring_of
from pyops.cli.patches_rollout import rollout

if TYPE_CHECKING:
    from pyops.patches.fixes import Due

_HELP = """One patch level at all sites: who is at it, who is not and why, and what is due.

Judges what `pyops fleet scan` last read by what the mirrors publish for each ring.

\b
  pyops patches status                    the matrix of sites by ring, every gap with its reason
  pyops patches status --html parity.html
  pyops patches due                       security fixes that hosts lack, and the days left for each
  pyops patches diff early broad          what a promotion would bring
  pyops patches promote early             have all mirrors serve a ring's next baseline
  pyops patches plan                      what a rollout would do, in which order
  pyops patches rollout                   do it, wave by wave

A host of which nothing is known is unknown, and never counted as in order.
"""
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)


@app.command()
def status(
    inventory: Inventory = None,
    mirror: Mirrors = None,
    signed_by: SignedBy = None,
    limit: Limit = "",
    max_age: MaxAge = 24,
    hosts: Annotated[bool, typer.Option("--hosts", help="A line for every host, too.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the matrix as a page into FILE.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Are all sites at one level? The matrix of sites by ring, and each gap with its reason and how long it holds.

    \b
    JSON: {"estate", "at", "in_order", "full", "mirrors": {ring: {place: {"baseline", "sha256"}}},
           "unreachable": {site: why},
           "parity": [{"site", "ring", "hosts", "aligned", "percent", "states", "gaps"}],
           "uneven": [{"ring", "package", "versions": {site: [version]}}],
           "hosts": [{"host", "site", "pool", "ring", "state", "read_at", "packages",
                      "behind", "ahead", "foreign", "gaps", "notices"}]}
    state: aligned, behind, ahead, foreign or unknown; the counts of an unknown host are null
    A site whose mirror does not answer is judged by another site's.
    Exit code 1 where a gap has no reason that holds today, or the mirrors do not all answer alike.
    """
    reading = Reading(Asked(inventory, tuple(mirror or ()), signed_by, limit, max_age))
    if html is not None:
        from pyops.patches.page import page

        write(html, page(reading.estate, reading.parity, reading.standings, reading.now))
    if as_json:
        from pyops.patches.plain import status as plain

        at = {"estate": reading.estate.name, "at": reading.now.isoformat()}
        print_json({**at, **plain(reading.parity, reading.standings)})
    else:
        from pyops.cli.patches_tables import show_status

        show_status(reading.estate, reading.parity, reading.standings, hosts=hosts)
    end(in_order=reading.parity.is_excused)


@app.command()
def due(
    inventory: Inventory = None,
    mirror: Mirrors = None,
    signed_by: SignedBy = None,
    limit: Limit = "",
    max_age: MaxAge = 24,
    feed: Feeds = None,
    as_json: Json = False,
) -> None:
    """Which security fixes do hosts lack? What each closes, and the days left for it.

    Fixes are those of the mirrors' suite `security`. The first mirror that answers is asked.

    \b
    JSON: {"estate", "at", "fixes": [{"source", "version", "packages", "released_on", "dated_by", "due_on",
           "days_left", "closes", "sites": {site: [host]}, "excused", "not_carried_by"}], "unknown": [host]}
    closes: what changelogs name; null where none can be read. It is never all that a fix closes for certain.
    dated_by: changelog, or index where no changelog tells the day: then the clock may have run for longer
    --feed adds "feed", null for what it does not say: {"files": [{"file", "sha256", "made_at", "old", "undecided"}],
           "open": [{"cve", "source", "urgency", "fixed_in", "sites": {site: [host]}}], "unknown": [host], "unjudged"}
    Exit code 1 where a fix is past its deadline on a host that has no leave.
    """
    reading = Reading(Asked(inventory, tuple(mirror or ()), signed_by, limit, max_age, tuple(feed or ())))
    feeds = reading.feeds  # those that are refused are so before anything is fetched
    today = reading.now.date()
    fixes = _fixes(reading)
    unknown = [one.member.name for one in reading.standings if not one.is_judged]
    if as_json:
        from pyops.patches import plain

        told = {"estate": reading.estate.name, "at": reading.now.isoformat(), **plain.due(fixes, unknown, today)}
        print_json(told | ({"feed": plain.feed(feeds, reading.matches, reading.now)} if feeds else {}))
    else:
        from pyops.cli.patches_feeds import show_feed
        from pyops.cli.patches_tables import show_due

        show_due(reading.estate, fixes, unknown, today)
        if feeds:
            show_feed(reading.estate, feeds, reading.matches, reading.now)
    end(in_order=all(one.is_excused or one.fix.days_left(today) >= 0 for one in fixes))


def _fixes(reading: Reading) -> "list[Due]":
    """What hosts lack of the suite of security fixes."""
    from pyops.patches.fixes import by_fix, missing_fixes

    index = reading.security
    library, today = reading.library(index).changelog, reading.now.date()
    standings, published = reading.standings, reading.published
    return list(by_fix(missing_fixes(reading.estate, standings, reading.readings, published, index, library, today)))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="RING", help="A ring, as its mirror publishes it.")],
    after: Annotated[str, typer.Argument(metavar="RING", help="The ring to compare it with.")],
    inventory: Inventory = None,
    mirror: Mirrors = None,
    signed_by: SignedBy = None,
    closes: Annotated[
        bool, typer.Option("--closes", help="Read changelogs, too: which vulnerabilities they name.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What the second ring has otherwise than the first: what a promotion would bring.

    \b
    JSON: [{"package", "before", "after", "closes"}]; a version is empty where a ring has not the package
    """
    reading = Reading(Asked(inventory, tuple(mirror or ()), signed_by))
    from pyops.patches.difference import between

    first, second = (reading.index(reading.site, ring_of(reading.estate, ring)) for ring in (before, after))
    changes = list(between(first, second, reading.library(second).changelog if closes else None))
    if as_json:
        from pyops.patches.plain import changes as plain

        print_json(plain(changes))
    else:
        from pyops.cli.patches_tables import show_difference

        show_difference(before, after, changes, closes=closes)


@app.command()
def plan(
    inventory: Inventory = None,
    mirror: Mirrors = None,
    signed_by: SignedBy = None,
    limit: Limit = "",
    max_age: MaxAge = 24,
    as_json: Json = False,
) -> None:
    """What would a rollout do? Sites in order, each on its day; hosts in waves that leave every pool its target.

    \b
    JSON: {"estate", "at", "stages": [{"site", "day", "waves": [[{"host", "pool", "ring", "restart", "updates"}]]}],
           "left_out": [{"host", "site", "why"}]}
    restart: why the host restarts; empty where it does not
    Nothing is changed.
    """
    reading = Reading(Asked(inventory, tuple(mirror or ()), signed_by, limit, max_age))
    from pyops.patches.plan import plan as planned

    made = planned(reading.estate, reading.everyone, reading.now, reading.chosen)
    if as_json:
        from pyops.patches.plain import plan as plain

        print_json({"estate": reading.estate.name, "at": reading.now.isoformat(), **plain(made)})
    else:
        from pyops.cli.rollout_tables import show_plan

        show_plan(reading.estate, made)


app.command()(promote)
app.command()(rollout)
