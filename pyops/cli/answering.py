"""How every verb answers a program, and ends."""

import json
from pathlib import Path

import typer

from pyops.errors import file_errors


def print_json(data: object) -> None:
    """The answer of `--json`; what JSON has no type for is written as text."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def end(*, in_order: bool) -> None:
    """Exit with 1 where something is not in order."""
    if not in_order:
        raise typer.Exit(1)


def write(file: Path, text: str) -> None:
    """Write a file that a person named; raises Refused where it cannot be."""
    with file_errors(file, "written"):
        file.write_text(text, encoding="utf-8")
