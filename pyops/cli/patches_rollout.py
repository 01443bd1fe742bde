"""`pyops patches rollout`: hosts are brought to their ring's level, wave by wave, and read again after each."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyops.cli import patches_reading
from pyops.cli.answering import end, print_json
from pyops.cli.context import Inventory
from pyops.cli.fleet_options import Jump, Key, KnownHosts, User
from pyops.cli.options import Json, Limit
from pyops.cli.patches_options import Mirrors, SignedBy
from pyops.cli.patches_reading import Asked, Reading
from pyops.errors import OutsideFailed, PyopsError, Refused, WrongUsage

if TYPE_CHECKING:
    from pyops.cli.patches_hands import Hands
    from pyops.patches.journal import Journal
    from pyops.patches.rollout import Now, Rollout

OutsideWindow = Annotated[
    str | None,
    typer.Option("--outside-window", metavar="REASON", help="Now, at all sites, whatever the day and the hour."),
]


def rollout(
    inventory: Inventory = None,
    limit: Limit = "",
    check: Annotated[
        bool, typer.Option("--check", help="Show the plan and a dry run of its first wave, change nothing.")
    ] = False,
    outside_window: OutsideWindow = None,
    mirror: Mirrors = None,
    signed_by: SignedBy = None,
    jump: Jump = None,
    user: User = None,
    key: Key = None,
    known_hosts: KnownHosts = None,
    as_json: Json = False,
) -> None:
    """Bring hosts to their ring's level, at the sites whose window is open: one wave after the other.

    All hosts are read first. Each wave is one run of playbooks/patches.yml; its hosts are read again, and must be as
    their ring is. The first failure stops it at all sites. Run it again to go on: it is planned from what hosts are.
    Between waves every pool must still have its target of servers. --jump, --user, --key and --known-hosts are for
    the read; Ansible has its own.

    \b
    JSON: {"estate", "at", "done": [host], "failed": [{"host", "site", "why"}], "stopped": why or null,
           "untouched": [host], "waiting": [{"site", "day", "hosts"}], "left_out": [{"host", "site", "why"}]}
    untouched: hosts that were to be done now and were not begun; waiting: those of sites whose window is not open
    JSON of --check: as that of `plan`, with "waiting", and "changes": [{"host", "task"}] of the dry run
    Exit code 1 where it stopped. What was done is written down in .fleet/ESTATE-rollouts.jsonl.
    """
    if outside_window is not None and not outside_window.strip():
        raise WrongUsage("--outside-window: nothing, must say why it cannot wait for the window")
    from pyops.cli.fleet_access import access_of
    from pyops.cli.patches_hands import Hands

    reading = Reading(Asked(inventory, tuple(mirror or ()), signed_by, limit))
    access = access_of(reading.estate, key, known_hosts, user, jump)
    hands = Hands(reading, access, outside_window or "")
    if check:
        _rehearse(hands, as_json=as_json)
        return
    with patches_reading.alone(reading, "patches rollout"):
        _do(hands, as_json=as_json)


def _planned(hands: "Hands") -> "Now":
    """What is to be done now, by what all hosts answer now."""
    from pyops.cli.steps import step
    from pyops.patches.plan import plan
    from pyops.patches.rollout import now_of

    reading = hands.reading
    hosts = reading.chosen | {server.name for server in reading.estate.servers}
    with step(f"read {len(hosts)} hosts"):
        standings = hands.scan(hosts)
    moment = patches_reading.now()
    made = plan(reading.estate, standings, moment, reading.chosen)
    now = now_of(reading.estate, made, moment, anytime=bool(hands.outside_window))
    hands.days = {stage.site: stage.day for stage in now.plan.stages}
    return now


def _rehearse(hands: "Hands", *, as_json: bool) -> None:
    now = _planned(hands)
    outcome = hands.rehearse(now.plan.waves[0]) if now.plan.waves else None
    if as_json:
        from pyops.patches.plain import rehearsal

        _json(hands, rehearsal(now, outcome.changed if outcome else ()))
    else:
        from pyops.cli.rollout_tables import show_rehearsal

        show_rehearsal(hands.reading.estate, now, outcome.changed if outcome else None)
    if outcome and not outcome.is_ok:
        from pyops.cli.playing import failures

        raise OutsideFailed("\n".join(f"{host}: {words}" for host, words in failures(outcome).items()))


def _do(hands: "Hands", *, as_json: bool) -> None:
    from pyops.patches.journal import Journal
    from pyops.patches.rollout import unmended

    file = hands.reading.database
    journal = Journal(file.with_name(f"{file.stem}-rollouts.jsonl"), patches_reading.now)
    if pending := journal.pending():
        typer.echo(
            f"the last rollout was cut short over {', '.join(pending)}: they are judged as they are now", err=True
        )
    now = _planned(hands)
    if wrong := unmended(now.plan, {*journal.failed(), *pending}):
        raise Refused("\n".join(wrong))
    done = _conducted(hands, now, journal)
    if as_json:
        from pyops.patches.plain import rollout as plain

        _json(hands, plain(done))
    else:
        from pyops.cli.rollout_tables import show_rollout

        show_rollout(hands.reading.estate, done)
    end(in_order=not done.stopped)


def _conducted(hands: "Hands", now: "Now", journal: "Journal") -> "Rollout":
    """Do it; whichever way it ends is written down."""
    from pyops.patches.rollout import conduct

    journal.add("begun", hosts=now.plan.hosts, outside_window=hands.outside_window or None)
    try:
        done = conduct(hands.reading.estate, now, hands, journal)
    except KeyboardInterrupt:
        under_way = ", ".join(journal.pending()) or "none"
        journal.add("ended", how="interrupted")
        typer.echo(f"interrupted; hosts that were under way: {under_way}; run it again to go on", err=True)
        raise
    except PyopsError as error:
        journal.add("ended", how="failed", why=str(error))
        raise
    journal.add("ended", how="stopped" if done.stopped else "finished", why=done.stopped.why if done.stopped else "")
    return done


def _json(hands: "Hands", data: dict[str, Any]) -> None:
    head = {"estate": hands.reading.estate.name, "at": hands.reading.now.isoformat()}
    print_json({**head, **data})
