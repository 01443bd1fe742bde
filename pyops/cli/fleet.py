"""`pyops fleet`: read all hosts over ssh, and see what they answered, now and before."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from pyops.cli import fleet_options as options
from pyops.cli import fleet_sites
from pyops.cli.answering import end, print_json
from pyops.cli.context import Inventory, estate_of
from pyops.cli.options import Json, Limit
from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from pyops.cli.fleet_scan import Scan
    from pyops.estate import Estate
    from pyops.fleet.questions import Question
    from pyops.fleet.store import Store
    from pyops.fleet.target import Settings

_HELP = """All hosts of the estate: read over ssh in one go, kept in .fleet/ESTATE.db, asked about at any time.

\b
  pyops fleet scan                            read every host
  pyops fleet scan --limit 'site_banbury,!desktops'
  pyops fleet scan --by-site                  each site's hosts by its own reader
  pyops fleet show banbury-router-01          all that one host answered
  pyops fleet query --package 'openssl<3.0.15' --reboot-needed
  pyops fleet history banbury-router-01       what changed on it, and when it was silent

A host that does not answer is silent, with the reason, and is never counted as anything else.
"""
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)

INTERRUPTED = 130
"""As shells say it: 128 and the number of SIGINT."""


@app.command()
def scan(
    inventory: Inventory = None,
    limit: Limit = "",
    deadline: options.Deadline = 30,
    keep: options.Keep = 90,
    anew: options.Anew = False,
    certificates: options.Certificates = None,
    jump: options.Jump = None,
    user: options.User = None,
    key: options.Key = None,
    known_hosts: options.KnownHosts = None,
    threads: options.Threads = 50,
    processes: options.Processes = 1,
    by_site: options.BySite = False,
    listen: options.Listen = None,
    as_json: Json = False,
) -> None:
    """Read every host: packages, kernel, reboots, disks, clock, certificates, dpkg's state, last converge.

    It changes nothing: a host gets one ssh login and one shell script that tells facts. In a lab, the lab's own key,
    host keys and way are used. Ctrl-C keeps what was read.

    \b
    JSON: {"estate", "asked", "answered", "seconds", "interrupted",
           "silent": [{"host", "tried_at", "reason", "detail"}], "wanting": [{"host", "words"}]}
    wanting: hosts with a full disk, a broken dpkg, a wrong clock or a reboot to do
    Exit code 1 where hosts were silent.
    """
    from pyops.cli.fleet_access import access_of
    from pyops.cli.fleet_tables import show_scan
    from pyops.fleet.target import DEFAULT_CERTIFICATES, Settings

    estate = estate_of(inventory)
    access = access_of(estate, key, known_hosts, user, jump)
    places = fleet_sites.places(listen, (key, known_hosts, user, jump), by_site=by_site)
    patterns = tuple(certificates or DEFAULT_CERTIFICATES)
    settings = Settings(access, deadline=deadline, threads=threads, processes=processes, certificates=patterns)
    done = _scanned(estate, limit, settings, timedelta(days=keep), places, anew=anew)
    print_json(done.plain(estate.name)) if as_json else show_scan(estate.name, done)
    if done.is_interrupted:
        raise typer.Exit(INTERRUPTED)
    end(in_order=not done.silent)


@app.command()
def show(
    host: options.Host,
    inventory: Inventory = None,
    packages: options.ListPackages = False,
    as_json: Json = False,
) -> None:
    """All that a host answered when it was last read, and whether it has been silent since.

    \b
    JSON: {"host", "read_at", "silence": {"tried_at", "reason", "detail"} or null, "facts" or null}
    facts: see docs/guides/fleet.md; durations in seconds
    Exit code 1 where the host is silent or was never read.
    """
    from pyops.cli.fleet_tables import plain_latest, show_latest

    estate = estate_of(inventory)
    with _store(estate) as store:
        found = store.latest([_known(estate, store, host)])[host]
    print_json(plain_latest(found)) if as_json else show_latest(found, with_packages=packages)
    end(in_order=found.facts is not None)


@app.command()
def query(
    inventory: Inventory = None,
    limit: Limit = "",
    package: options.PackageOf = None,
    kernel: options.KernelOf = None,
    system: options.SystemOf = None,
    reboot_needed: options.RebootNeeded = False,
    broken: options.Broken = False,
    full: options.Full = False,
    held: options.Held = False,
    clock_off: options.ClockOff = None,
    expires_within: options.ExpiresWithin = None,
    unconverged_for: options.UnconvergedFor = None,
    silent: options.Silent = False,
    as_json: Json = False,
) -> None:
    """Which hosts are so? Answered from what was last read; a host must be all that is asked for.

    \b
    JSON: {"matches": [{"host", "read_at", "words"}], "silent": [{"host", "tried_at", "reason", "detail"}]}
    silent: hosts of which nobody knows, those never read with null and "never read"
    Exit code 1 where such hosts are among those that are asked about.
    """
    from pyops.fleet.questions import PackageQuestion, Question
    from pyops.patches.versions import order

    question = Question(
        package=PackageQuestion.parse(package, order) if package else None,
        kernel=kernel,
        system=system,
        is_reboot_needed=reboot_needed,
        is_broken=broken,
        is_full=full,
        is_held=held,
        clock_off=_span(seconds=clock_off),
        expires_within=_span(days=expires_within),
        unconverged_for=_span(days=unconverged_for),
    )
    if silent == question.is_asked:
        raise WrongUsage("query: ask for --silent alone, or for one or more of the others; see pyops fleet query -h")
    _answer(estate_of(inventory), limit, question, as_json=as_json)


@app.command()
def history(host: options.Host, inventory: Inventory = None, most: options.Most = 30, as_json: Json = False) -> None:
    """A host's readings, the newest first: what changed from one to the next, and when it was silent.

    \b
    JSON: [{"at", "reason", "detail", "changes": [words]}]
    reason and detail: of a silence, else null; changes: since the observation before
    """
    from pyops.cli.fleet_tables import show_history
    from pyops.fleet.changes import told

    estate = estate_of(inventory)
    with _store(estate) as store:
        # One more than is shown: the oldest line tells what changed since the one before it.
        readings = store.history(_known(estate, store, host), most + 1)
    entries = told(readings)[:most]
    print_json([entry.plain() for entry in entries]) if as_json else show_history(host, entries)


def _span(*, days: float | None = None, seconds: float | None = None) -> timedelta | None:
    return None if days is None and seconds is None else timedelta(days=days or 0, seconds=seconds or 0)


def _scanned(
    estate: "Estate", limit: str, settings: "Settings", keep: timedelta, places: Sequence[str] | None, *, anew: bool
) -> "Scan":
    """Read the hosts that are meant, by the readers that come to `places` if any, and let go of too old readings."""
    from pyops.cli import fleet_scan
    from pyops.fleet.selection import hosts_of, select
    from pyops.fleet.targets import targets_of

    hosts = select(estate, limit)
    asking = nullcontext() if places is None else fleet_sites.asking(estate, hosts, settings.access, places)
    with _store(estate) as store, asking as ask:
        done = fleet_scan.run(targets_of(estate, hosts, {} if anew else store.statuses()), settings, store, ask)
        store.forget(hosts_of(estate), datetime.now(UTC), keep)
    return done


def _answer(estate: "Estate", limit: str, question: "Question", *, as_json: bool) -> None:
    from pyops.cli.fleet_tables import plain_silence, show_matches
    from pyops.fleet.questions import ask
    from pyops.fleet.selection import select

    with _store(estate) as store:
        latest = store.latest(select(estate, limit))
    now = datetime.now(UTC)
    unknown = [one for one in latest.values() if one.facts is None]
    matches = [match for one in latest.values() if question.is_asked and (match := ask(question, one, now))]
    if as_json:
        found = [{"host": m.host, "read_at": m.read_at.isoformat(), "words": list(m.words)} for m in matches]
        print_json({"matches": found, "silent": [plain_silence(one) for one in unknown]})
    else:
        show_matches(estate.name, matches, unknown, is_asked=question.is_asked)
    end(in_order=not unknown)


def _store(estate: "Estate") -> "Store":
    from pyops.cli.fleet_access import database
    from pyops.fleet.store import Store

    return Store(database(estate))


def _known(estate: "Estate", store: "Store", host: str) -> str:
    """A host of the estate, or one that it had and that is still in the database."""
    from pyops.estate.problems import nearest
    from pyops.fleet.selection import hosts_of

    hosts = hosts_of(estate)
    if host not in hosts and not store.history(host, 1):
        raise WrongUsage(f"{host}: is no host of {estate.name}{nearest(host, hosts)}")
    return host


app.command()(fleet_sites.certify)
app.command()(fleet_sites.reader)
