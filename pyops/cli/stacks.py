"""`pyops stacks`: the three Pulumi projects in their order."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyops.cli.answering import print_json
from pyops.cli.context import Inventory, estate_of
from pyops.cli.options import InLab, Yes
from pyops.errors import Refused, WrongUsage

if TYPE_CHECKING:
    from pyops.engines.events import Step
    from pyops.engines.pulumi import Project, Run
    from pyops.estate import Estate

app = typer.Typer(
    help="The Pulumi stacks network, server_pool and backup_replication, in their order.", no_args_is_help=True
)

Stack = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="Only network, server_pool or backup_replication.")
]
Json = Annotated[
    bool,
    typer.Option(
        "--json", help="Print JSON: by stack, `counts` and `changes` (operation, type, name, properties, replaced_by)."
    ),
]
Checkpoints = Annotated[
    Path | None,
    typer.Option(
        "--state",
        metavar="FOLDER",
        help="Folder of exported states (`pulumi stack export > network.json`, ...) to preview from. Their secrets are "
        "not opened, so each shows as changed.",
    ),
]


@app.command()
def preview(
    inventory: Inventory = None,
    stack: Stack = None,
    state: Checkpoints = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show the engine's own detailed text.")] = False,
    as_json: Json = False,
) -> None:
    """Show what the stacks would do. Needs no credentials: the stand-in for Azure over the recorded state."""
    from pyops.environments.previews import preview_all, workspace_of

    runs = preview_all(workspace_of(estate_of(inventory)), named(stack), state)
    _show(runs, as_json, diff)


@app.command()
def up(
    inventory: Inventory = None, stack: Stack = None, lab: InLab = False, yes: Yes = False, as_json: Json = False
) -> None:
    """Apply the three stacks, the network first; what they no longer hold is removed the other way round."""
    from pyops.cli.steps import engine_line, step
    from pyops.environments.applying import apply_stacks

    _confirm("Apply the three stacks", lab or yes)
    with _projects(estate_of(inventory), lab) as project:
        runs = apply_stacks([project(name) for name in named(stack)], step, engine_line)
    _show(runs, as_json)


@app.command()
def refresh(
    inventory: Inventory = None,
    stack: Stack = None,
    lab: InLab = False,
    yes: Yes = False,
    preview_only: Annotated[bool, typer.Option("--preview-only", help="Show the drift, record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Read the truth and show what drifted from what was declared."""
    from pyops.engines import pulumi

    _confirm("Record the truth in the three stacks", lab or yes or preview_only)
    _each(inventory, stack, lab, lambda project: pulumi.refresh(project, preview_only=preview_only), as_json)


@app.command()
def destroy(
    inventory: Inventory = None, stack: Stack = None, lab: InLab = False, yes: Yes = False, as_json: Json = False
) -> None:
    """Delete what the stacks made, the network last. What holds data refuses it."""
    from pyops.cli.steps import engine_line, step
    from pyops.environments.applying import destroy_stacks

    _confirm("Delete everything that the three stacks made", yes)
    with _projects(estate_of(inventory), lab) as project:
        runs = destroy_stacks([project(name) for name in named(stack)], step, engine_line)
    _show(runs, as_json)


@app.command()
def record(inventory: Inventory = None, lab: InLab = False) -> None:
    """Write the addresses that Azure gave the hubs' gateways into the file beside the estate. Review and commit it."""
    from pyops.environments.recording import record_gateways

    estate = estate_of(inventory)
    with _projects(estate, lab) as project:
        changes = record_gateways(estate, project("network"))
    typer.echo("\n".join(change.words for change in changes) or "every address is recorded already")


def _confirm(question: str, answered: bool) -> None:
    if not answered:
        typer.confirm(f"{question}?", abort=True, err=True)


def _each(inventory: Path | None, stack: str | None, lab: bool, verb: Any, as_json: bool) -> None:
    from pyops.cli.steps import step

    runs = {}
    with _projects(estate_of(inventory), lab) as project:
        for name in named(stack):
            with step(name):
                runs[name] = verb(project(name))
    _show(runs, as_json)


def named(stack: str | None) -> tuple[str, ...]:
    """The stacks that an option names: one, or all of them in their order."""
    from pyops.environments.workspace import STACKS

    if stack is not None and stack not in STACKS:
        raise WrongUsage(f"--stack: {stack}, is none of {', '.join(STACKS)}")
    return STACKS if stack is None else (stack,)


@contextmanager
def _projects(estate: "Estate", lab: bool) -> Iterator[Any]:
    """Projects by name: of the lab with the stand-in attached, or of the engineer's own login."""
    from pyops.environments.laboratory import laboratory
    from pyops.environments.workspace import engineers_project
    from pyops.lab import locks

    if not lab:
        yield lambda name: engineers_project(name, estate)
        return
    here = laboratory(estate)
    if not here.lab.state.exists():
        raise Refused(f"{here.lab.state}: {estate.name} has no lab here, `pyops lab up` builds it")
    with locks.whole_lab(here.lab, "stacks"), here.attached() as environment:
        here.workspace.ready()

        def project(name: str) -> "Project":
            return here.workspace.project(name, environment)

        yield project


def _show(runs: "Mapping[str, Run]", as_json: bool, diff: bool = False) -> None:
    from pyops.cli import output

    if as_json:
        print_json({name: _plain(run) for name, run in runs.items()})
        return
    if diff:
        output.show(*(run.text for run in runs.values()))
    notes = dict.fromkeys(
        message.text for run in runs.values() for message in run.messages if message.severity == "info"
    )
    rows = [
        (name, step.operation, step.type.rpartition(":")[2], step.name.rpartition("::")[2], _why(step))
        for name, run in runs.items()
        for step in _steps(run)
    ]
    if rows:
        output.show(output.table("Changes", ("stack", "operation", "type", "name", "properties"), rows))
    counts = [
        f"{name}: {', '.join(f'{n} {kind}' for kind, n in sorted(run.counts.items()) if kind != 'same') or 'no change'}"
        for name, run in runs.items()
    ]
    output.show(*counts, *notes)


def _steps(run: "Run") -> "tuple[Step, ...]":
    """What a run does or did; of a refresh, what had drifted."""
    return (*run.drift, *run.changes)


def _why(step: Any) -> str:
    if step.replaced_by:
        return "replaced by " + ", ".join(step.replaced_by)
    return ", ".join(change.path for change in step.changes)


def _plain(run: "Run") -> dict[str, Any]:
    changes = [
        {
            "operation": step.operation,
            "type": step.type,
            "name": step.name.rpartition("::")[2],
            "properties": [change.path for change in step.changes],
            "replaced_by": list(step.replaced_by),
        }
        for step in _steps(run)
    ]
    return {"counts": dict(run.counts), "changes": changes}
