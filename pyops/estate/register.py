"""The asset register: a CSV file with a line for each desk."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from pyops.errors import Refused
from pyops.estate.problems import Problem, dotted, given
from pyops.estate.service import Desk
from pyops.estate.source import read_text
from pyops.estate.wording import findings

COLUMNS = ("name", "site", "partner", "model", "ring", "address")
"""The first line of the file; the last column may be left out."""


@dataclass(slots=True)
class Register:
    """The desks of one file, the line of each, and what is wrong with the others."""

    file: Path
    desks: list[Desk] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, line: int, path: str, what: str, rule: str) -> None:
        """Note something wrong."""
        self.problems.append(Problem(str(self.file), line, path, what, rule))


def read_register(file: Path) -> Register:
    """Read all desks; nothing is raised, since the estate beside it may have its own problems to tell."""
    register = Register(file)
    try:
        text = read_text(file)
    except Refused as refused:
        register.refuse(1, "(file)", "", str(refused).removeprefix(f"{file}: "))
        return register
    for line, row in _rows(text, register):
        try:
            register.desks.append(Desk.model_validate(row))
            register.lines.append(line)
        except ValidationError as error:
            for wrong in findings(error, Desk):
                register.refuse(line, dotted(wrong.at), given(wrong), wrong.rule)
    return register


def _rows(text: str, register: Register) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = tuple(next(reader, ()))
        if header not in (COLUMNS, COLUMNS[:-1]):
            rule = f"the first line must name the columns {','.join(COLUMNS)}"
            register.refuse(1, "(columns)", ",".join(header), rule)
            return
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                register.refuse(
                    line, "(row)", f"{len(cells)} cells", f"a row has as many as the first line: {len(header)}"
                )
            elif cells:
                yield line, {key: cell for key, cell in zip(header, cells, strict=True) if cell or key != "address"}
            line = reader.line_num + 1
    except csv.Error as error:
        register.refuse(line, "(row)", "", f"is not CSV: {error}")
