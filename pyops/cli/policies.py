"""`pyops policies`: what every planned resource must keep, and what does not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli.answering import end, print_json
from pyops.cli.context import Inventory, estate_of
from pyops.cli.options import Json
from pyops.cli.stacks import Stack, named
from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyops.estate import Estate
    from pyops.policies import Planned

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What every planned resource must keep: list it, check it."
)

Saved = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        metavar="PREVIEW.json",
        help="A saved preview (`pulumi preview --json --show-sames`) instead of one made now; repeat it, one a stack.",
    ),
]


@app.command(name="list")
def list_(as_json: Json = False) -> None:
    """Every policy: its id, by which exemptions name it, what it asks for, why, and who says so.

    \b
    JSON: [{"id", "title", "reason", "hidden", "sources": [{"name", "url"}]}]
    hidden: what it makes of secrets, and of values that only Azure will know
    """
    from dataclasses import asdict

    from pyops.policies import POLICIES

    if as_json:
        print_json([{key: v for key, v in asdict(one).items() if key != "check"} for one in POLICIES])
        return
    from pyops.cli.policy_tables import show_policies

    show_policies(POLICIES)


@app.command()
def check(inventory: Inventory = None, stack: Stack = None, saved: Saved = None, as_json: Json = False) -> None:
    """Does every planned resource keep every policy? Says what does not, why it matters, and where it comes from.

    Looks at what the stacks would be after an `up`, by a preview that needs no credentials.

    \b
    JSON: {"resources", "in_order",
           "broken": [{"policy", "stack", "type", "name", "says", "place", "excused"}], "excused": [the same],
           "wanting": [{"exemption", "place", "says"}]}
    excused: the exemption of the estate with its reason and end, or null; wanting: exemptions that are of no use
    Exit code 1 where a policy is broken or an exemption is of no use.
    """
    from pyops.estate.loading import places
    from pyops.policies import POLICIES, judge

    if stack and saved:
        raise WrongUsage("--stack: says which stack to preview, a saved preview (--from) is of one already")
    estate = estate_of(inventory)
    plan = tuple(_saved(saved) if saved else _previewed(estate, stack))
    verdict = judge(estate, plan, POLICIES, places(estate), whole=_is_whole(plan))
    if as_json:
        print_json(verdict.as_dict())
    else:
        from pyops.cli.policy_tables import show_verdict

        show_verdict(verdict)
    end(in_order=verdict.in_order)


def _saved(files: "Iterable[Path]") -> "Iterable[Planned]":
    from pyops.policies import planned_in

    for file in files:
        yield from planned_in(file)


def _previewed(estate: "Estate", stack: str | None) -> "Iterable[Planned]":
    from pyops.environments.previews import preview_all, workspace_of
    from pyops.policies import planned_of

    for name, run in preview_all(workspace_of(estate), named(stack)).items():
        yield from planned_of(name, run.steps)


def _is_whole(plan: "Iterable[Planned]") -> bool:
    from pyops.environments.workspace import STACKS

    return {one.stack for one in plan} >= set(STACKS)
