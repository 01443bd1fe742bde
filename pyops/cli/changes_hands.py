"""Doing what a change record says: the stacks, then the playbooks, and what each of them did."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from pyops.cli.changes_reading import site_play
from pyops.cli.steps import engine_line, step
from pyops.errors import OutsideFailed, Refused

if TYPE_CHECKING:
    from pyops.changes.verification import Deed
    from pyops.engines.ansible import TaskResult
    from pyops.engines.events import Step
    from pyops.estate import Estate

UNDER_WAY = "remove from ", "unlock "
"""How `apply_stacks` calls the runs that it puts around a stack's own."""


@dataclass
class Done:
    """What was done so far; it is filled while it happens, so that a failure leaves what came before it."""

    steps: dict[str, list["Step"]] = field(default_factory=dict)
    results: Sequence["TaskResult"] = ()

    @property
    def deeds(self) -> "frozenset[Deed]":
        """The same, one thing each, as a verification compares them."""
        from pyops.changes.verification import actual

        return actual(self.steps, self.results)

    def add(self, runs: Mapping[str, Any]) -> None:
        """Take in runs of the engine, each under the stack that it worked on."""
        for name, run in runs.items():
            stack = name.removeprefix(UNDER_WAY[0]).removeprefix(UNDER_WAY[1]).partition(",")[0]
            self.steps.setdefault(stack, []).extend(run.steps)


def carry_out(estate: "Estate", done: Done, *, is_lab: bool) -> None:
    """Bring stacks and hosts to an estate, in order; OutsideFailed says where it stopped, at the first failure."""
    done.add(_stacks_of_lab(estate) if is_lab else _stacks(estate))
    with step("ansible-playbook playbooks/site.yml"):
        outcome = _played(estate)
    done.results = outcome.results
    if not outcome.is_ok:
        from pyops.cli.playing import failures

        told = "\n".join(f"{host}: {words}" for host, words in failures(outcome).items())
        raise OutsideFailed(f"playbooks/site.yml: stopped\n{told}")


def _played(estate: "Estate") -> Any:
    from pyops.engines.ansible import run

    return run(site_play(estate), lambda line: typer.echo(f"    {line}" if line else "", err=True))


def _stacks(estate: "Estate") -> Mapping[str, Any]:
    from pyops.environments.applying import apply_stacks
    from pyops.environments.workspace import STACKS, engineers_project

    return apply_stacks([engineers_project(name, estate) for name in STACKS], step, engine_line)


def _stacks_of_lab(estate: "Estate") -> Mapping[str, Any]:
    from pyops.environments.laboratory import build, laboratory

    return build(laboratory(estate), step, engine_line)


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
