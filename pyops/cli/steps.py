"""Long work said step by step: what begins, what the engine is doing, how long it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from pyops.engines.events import Event, Message, Phase, Progress

_SHOWN = {"create", "update", "replace", "delete", "create-replacement", "delete-replaced"}


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what begins on standard error, and how long it took when it is done."""
    begin = time.monotonic()
    typer.echo(f"==> {what}", err=True)
    yield
    seconds = time.monotonic() - begin
    if seconds >= 1:
        typer.echo(f"    {what}: {seconds:.0f} s", err=True)


def engine_line(event: Event) -> None:
    """One line for each resource that the engine has finished, and for each warning."""
    if isinstance(event, Progress) and event.phase is Phase.DONE and event.step.operation in _SHOWN:
        typer.echo(f"    {event.step.operation:8} {event.step.type.rpartition(':')[2]} {event.step.name}", err=True)
    elif isinstance(event, Message) and event.severity in ("warning", "error"):
        sys.stderr.write(f"    {event.severity}: {event.text}\n")
