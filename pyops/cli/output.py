"""How results reach people and programs: tables that are never cut."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 1000
"""Columns of a table that goes into a pipe or a file, where no window sets a limit."""

GOOD, BAD, QUIET = "green", "bold red", "dim"

Cell = str | int | Text


def console() -> Console:
    """Standard output: coloured on terminals unless NO_COLOR is set; text is shown as it is, never read as markup."""
    width = None if sys.stdout.isatty() else WIDE
    return Console(width=width, markup=False, highlight=False, emoji=False)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """A table; numbers stand right, and what is too long for the window is folded."""
    body = [list(row) for row in rows]
    made = Table(title=Text(title), title_justify="left", show_edge=False, pad_edge=False)
    for number, name in enumerate(columns):
        numeric = bool(body) and all(isinstance(row[number], int) for row in body)
        made.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        made.add_row(
            *(cell if isinstance(cell, Text) else Text(f"{cell:,}" if isinstance(cell, int) else cell) for cell in row)
        )
    return made


def show(*parts: Table | str | Text) -> None:
    """Print tables and lines with an empty line between tables."""
    screen = console()
    for number, part in enumerate(parts):
        if number and isinstance(part, Table):
            screen.print()
        screen.print(part, soft_wrap=not isinstance(part, Table))
