"""Doing what a change record says: the stacks, then the playbooks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

from pyops.cli.changes_reading import site_play
from pyops.cli.steps import engine_line, step
from pyops.errors import OutsideFailed, Refused

if TYPE_CHECKING:
    from pyops.cli.changes_facts import Chronicle
    from pyops.engines.events import Event
    from pyops.estate import Estate


def carry_out(estate: "Estate", chronicle: "Chronicle", still_approved: Callable[[], None], *, is_lab: bool) -> None:
    """Bring stacks and hosts to an estate, in order; OutsideFailed says where it stopped, at the first failure.

    `still_approved` raises where files were edited meanwhile: the playbooks read them anew, after the stacks.
    """
    from pyops.cli.playing import failures
    from pyops.engines.ansible import run

    def listen(event: "Event") -> None:
        chronicle.engine(event)
        engine_line(event)

    chronicle.begin()
    if is_lab:
        from pyops.environments.laboratory import build, laboratory

        build(laboratory(estate), step, listen)
    else:
        from pyops.environments.applying import apply_stacks
        from pyops.environments.workspace import STACKS, engineers_project

        apply_stacks([engineers_project(name, estate) for name in STACKS], step, listen)
    still_approved()
    with step("ansible-playbook playbooks/site.yml"):
        outcome = run(site_play(estate, results=chronicle.new_results()), _said)
    if not outcome.is_ok:
        told = "\n".join(f"{host}: {words}" for host, words in failures(outcome).items())
        raise OutsideFailed(f"playbooks/site.yml: stopped\n{told}")
    still_approved()


def _said(line: str) -> None:
    typer.echo(f"    {line}" if line else "", err=True)


@contextmanager
def starting_states(estate: "Estate", *, is_lab: bool) -> Iterator[Path | None]:
    """Where the stacks' states are read from: the lab's own, else those that the login knows now."""
    if is_lab:
        yield None
        return
    from pyops.engines import pulumi
    from pyops.environments.workspace import STACKS, engineers_project

    with TemporaryDirectory(prefix="pyops-states-") as name:
        for stack in STACKS:
            project = engineers_project(stack, estate)
            text = pulumi.called(project, "stack", "export", "--stack", project.stack)
            (Path(name) / f"{stack}.json").write_text(text, encoding="utf-8")
        yield Path(name)


def place_of_stacks(estate: "Estate", *, is_lab: bool) -> None:
    """Refused where the stacks, run on the engineer's login, would read another estate than the one at hand."""
    from pyops.environments.workspace import CHECKOUT

    own = CHECKOUT / "inventories" / estate.name
    if not is_lab and estate.file.resolve().parent != own:
        raise Refused(f"{estate.file}: the stacks of {estate.name} read {own}, apply from there")


@contextmanager
def alone(estate: "Estate", *, is_lab: bool) -> Iterator[None]:
    """Work alone on the estate's lab, where it is about one; the record's own lock is the store's."""
    from pyops.environments.laboratory import laboratory
    from pyops.lab import locks

    if not is_lab:
        yield
        return
    here = laboratory(estate)
    if not here.lab.state.exists():
        raise Refused(f"{here.lab.state}: {estate.name} has no lab here, `pyops lab up` builds it")
    with locks.whole_lab(here.lab, "changes"):
        yield
