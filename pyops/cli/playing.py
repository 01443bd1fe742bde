"""Runs one of the checkout's playbooks on an estate, its lines on standard error."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from pyops.engines.ansible import Outcome
    from pyops.estate import Estate


def playbook(name: str) -> Path:
    """A playbook of this checkout."""
    from pyops.environments.workspace import CHECKOUT

    return CHECKOUT / "playbooks" / f"{name}.yml"


def played(
    estate: "Estate", name: str, variables: Mapping[str, Any], limit: str = "", *, is_check: bool = False
) -> "Outcome":
    """How the run ended; raises OutsideFailed where it did not come so far as to do anything."""
    from pyops.cli.steps import step
    from pyops.engines.ansible import Play, run
    from pyops.environments.workspace import CHECKOUT

    play = Play(
        folder=CHECKOUT,
        playbooks=(playbook(name),),
        inventory=estate.file.resolve(),
        limit=limit,
        is_check=is_check,
        variables=variables,
    )
    with step(f"ansible-playbook playbooks/{name}.yml{' --check' if is_check else ''}"):
        return run(play, lambda line: typer.echo(f"    {line}" if line else "", err=True))


def failures(outcome: "Outcome") -> dict[str, str]:
    """What failed first on each host: the task, and what it said."""
    found: dict[str, str] = {}
    for result in outcome.failures:
        said = " ".join(result.message.split()) or result.status
        found.setdefault(result.host, f"{result.task}: {said}")
    return found
