"""`pyops identity`: the directory brought to what the estate and its people file say, with a look before each leap."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyops.cli.answering import end, print_json
from pyops.cli.context import Inventory
from pyops.cli.fleet_options import Jump, Key, KnownHosts, User
from pyops.cli.identity_reading import Asked, Reading
from pyops.cli.options import Json, Yes
from pyops.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from pyops.identity.accounts import Holding
    from pyops.identity.plan import Plan
    from pyops.identity.steps import Step

_HELP = """Who is in the directory: joiners, movers and leavers, from the people file beside the estate.

\b
  pyops identity plan                     what would be created, changed, disabled and deleted
  pyops identity apply                    show it, ask, do it step by step
  pyops identity apply --passwords FILE   and keep the first passwords of new accounts in FILE
  pyops identity parity                   does one role reach the same things at every council?

The estate's key `directory` names roles, service and break-glass accounts; `pyops estate check` also checks the
people file. Accounts that the estate does not manage are listed and never touched. A leaver's account is disabled
first, and deleted when `directory.keep_disabled` has passed. A plan that takes away more accounts than
`directory.removals.share` is refused.
"""
app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=_HELP)

Named = Annotated[
    str | None,
    typer.Option("--controller", metavar="HOST", help="Which controller is asked.", show_default="first to answer"),
]
Passwords = Annotated[
    Path | None,
    typer.Option(
        "--passwords",
        metavar="FILE",
        help="Lines of `login password` for new accounts; what it lacks is made and added. Only its owner may read it.",
        show_default="made on the controller, known to nobody",
    ),
]


@app.command()
def plan(
    inventory: Inventory = None,
    controller: Named = None,
    jump: Jump = None,
    user: User = None,
    key: Key = None,
    known_hosts: KnownHosts = None,
    as_json: Json = False,
) -> None:
    """What would `apply` do? Every creation, change and removal, in order; nothing is changed.

    \b
    JSON: {"estate", "at", "controller", "refused": why or null, "managed", "steps": [{"act", "name", "why"}],
           "removed": [login], "notes": [{"name", "why"}], "conflicts": [{"name", "why"}], "foreign": [login]}
    act: unit, group, create, change, enable, join, leave, disable, delete or drop
    removed: who would be disabled, deleted or left without a role; foreign: accounts that are never touched
    Exit code 1 where it would be refused, or somebody else has a name that the estate gives.
    """
    reading = Reading(Asked(inventory, controller, jump, user, key, known_hosts))
    people, made = reading.people, reading.plan(reading.found)
    if as_json:
        from pyops.identity import plain

        _json(reading, plain.plan(made))
    else:
        from pyops.cli.identity_tables import show_plan

        show_plan(reading.estate, made)
        typer.echo(f"{len(people):,} people in {reading.estate.directory.people}")
        if made.refusal:
            typer.echo(made.refusal, err=True)
    end(in_order=not made.refusal and not made.conflicts)


@app.command()
def apply(
    inventory: Inventory = None,
    yes: Yes = False,
    passwords: Passwords = None,
    controller: Named = None,
    jump: Jump = None,
    user: User = None,
    key: Key = None,
    known_hosts: KnownHosts = None,
    as_json: Json = False,
) -> None:
    """Do what `plan` shows: it is shown, asked about, planned again, and done step by step on one controller.

    The first step that fails ends it; run it again to go on. New people must change their password at the first
    login. Passwords go over ssh on standard input: no command line, log or table has them.

    \b
    JSON: {"estate", "at", "controller", "done": [{"act", "name", "why"}], "left": [{"act", "name", "why"}],
           "conflicts": [{"name", "why"}]}
    left: what a plan made afterwards still finds to do
    Exit code 1 where it is refused or something is left, 3 where a controller or a step failed.
    """
    if as_json and not yes:
        raise WrongUsage("--json: shows no plan to ask about: say --yes with it, after pyops identity plan")
    reading = Reading(Asked(inventory, controller, jump, user, key, known_hosts))
    with _alone(reading):
        done = _do(reading, passwords, yes=yes, is_quiet=as_json)
        left = reading.plan(reading.controller.read() if done else reading.found)
    if as_json:
        from pyops.identity import plain

        _json(reading, plain.applied(done, left))
    else:
        from pyops.cli.identity_tables import show_applied

        if done:
            show_applied(reading.estate, done, left)
    end(in_order=not left.steps and not left.conflicts)


@contextmanager
def _alone(reading: Reading) -> Iterator[None]:
    """Work alone on the estate's directory, or be refused at once."""
    from pyops.cli.fleet_access import database
    from pyops.lab import locks

    lock = database(reading.estate).with_name(f"{reading.estate.name}-identity.lock")
    with locks.alone(lock, "identity apply", reading.estate.name, "its directory"):
        yield


def _do(reading: Reading, passwords: Path | None, *, yes: bool, is_quiet: bool) -> "list[Step]":
    """The steps that were done; none where there was nothing to do."""
    from pyops.identity.steps import Act

    made = reading.plan(reading.found)
    if not is_quiet:
        from pyops.cli.identity_tables import show_plan

        show_plan(reading.estate, made)
    if made.refusal:
        raise Refused(made.refusal)
    if not made.steps:
        return []
    if not yes:
        typer.confirm(f"Do these {len(made.steps):,} steps on {reading.controller.host}?", abort=True, err=True)
        _still(reading, made, reading.controller.read())
    given = {}
    if passwords is not None:
        from pyops.identity.passwords import completed

        given = dict(completed(passwords, [step.name for step in made.steps if step.act is Act.CREATE]))
    done: list[Step] = []

    def progress(step: "Step") -> None:
        done.append(step)
        typer.echo(f"    {len(done):,}/{len(made.steps):,} {step.act} {step.name}: {step.why}", err=True)

    reading.controller.apply(made.steps, given, progress)
    return done


def _still(reading: Reading, made: "Plan", found: "Holding") -> None:
    """Raise Refused where the directory has changed while somebody read the plan."""
    if reading.plan(found).steps != made.steps:
        raise Refused(f"{reading.controller.host}: the directory has changed since the plan was shown: look again")


@app.command()
def parity(
    inventory: Inventory = None,
    controller: Named = None,
    jump: Jump = None,
    user: User = None,
    key: Key = None,
    known_hosts: KnownHosts = None,
    as_json: Json = False,
) -> None:
    """Does one role reach the same things at every council? Each difference, with its reason or none.

    By the estate: roles that a council does without. By the directory: accounts that lack a role of theirs or have
    more than their roles give, and groups within other groups.

    \b
    JSON: {"estate", "at", "controller", "in_order",
           "differences": [{"role", "partner", "login", "what", "reason", "owner", "until", "excused"}]}
    partner, login: empty where it is about all of them; reason, owner, until: of the estate's deviation
    Exit code 1 where a difference has no reason.
    """
    from pyops.identity.parity import parity as compared

    reading = Reading(Asked(inventory, controller, jump, user, key, known_hosts))
    differences = compared(reading.estate, reading.people, reading.found, reading.today)
    if as_json:
        from pyops.identity import plain

        _json(reading, plain.parity(differences))
    else:
        from pyops.cli.identity_tables import show_parity

        show_parity(reading.estate, differences)
    end(in_order=all(one.is_excused for one in differences))


def _json(reading: Reading, data: dict[str, Any]) -> None:
    head = {"estate": reading.estate.name, "at": reading.now.isoformat(), "controller": reading.controller.host}
    print_json({**head, **data})
