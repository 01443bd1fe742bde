"""From the estate file to the model; nothing else reads it."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pyops.errors import Refused
from pyops.estate.checks import CHECKS
from pyops.estate.model import Estate
from pyops.estate.problems import EstateRefused, Finding, Problem, dotted, shown
from pyops.estate.service import Desk
from pyops.estate.source import Source, read_table
from pyops.estate.wording import finding

ESTATE_FILE = "estate.yml"
_COLUMNS = ("name", "site", "partner", "model", "ring", "address")


def load(path: Path, today: date | None = None) -> Estate:
    """Read and check an estate.

    `path` is the estate file or its folder; `today` decides which deviations have expired (default: the clock's date).
    Raises EstateRefused with every problem found, each with its file and line.
    """
    file = path / ESTATE_FILE if path.is_dir() else path
    source = Source(file)
    estate, desk_lines = _read(source, file)
    findings = itertools.chain.from_iterable(check(estate, today or date.today()) for check in CHECKS)
    _refuse([_placed(found, source, file, estate, desk_lines) for found in findings])
    return estate


def _read(source: Source, file: Path) -> tuple[Estate, list[int]]:
    problems: list[Problem] = []
    data, desks, lines = source.data, list[Desk](), list[int]()
    if not isinstance(data, dict):
        raise EstateRefused([Problem(str(file), 1, "(file)", shown(data), "must be a map of keys")])
    problems += _ids(data, (), source)
    register = data.get("desktops", {}).get("register") if isinstance(data.get("desktops"), dict) else None
    if isinstance(register, str):
        desks, lines, wrong = _desks(file.parent / register)
        problems += wrong
    try:
        estate = Estate.model_validate(data)
    except ValidationError as error:
        found = [finding(detail, Estate) for detail in error.errors()]
        _refuse(problems + [Problem(str(file), source.line(f.at), dotted(f.at), _given(f), f.rule) for f in found])
        raise
    _refuse(problems)
    desktops = estate.desktops.model_copy(update={"desks": tuple(desks)})
    return estate.model_copy(update={"desktops": desktops, "file": file}), lines


def _desks(file: Path) -> tuple[list[Desk], list[int], list[Problem]]:
    desks, lines, problems = list[Desk](), list[int](), list[Problem]()
    for line, row in _rows(file, problems):
        try:
            desks.append(Desk.model_validate({key: value for key, value in row.items() if value or key != "address"}))
            lines.append(line)
        except ValidationError as error:
            found = [finding(detail, Desk) for detail in error.errors()]
            problems += [Problem(str(file), line, dotted(f.at), _given(f), f.rule) for f in found]
    return desks, lines, problems


def _rows(file: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        for line, row in read_table(file, _COLUMNS):
            if None in row or None in row.values():
                problems.append(
                    Problem(str(file), line, "(row)", f"{len(row)} cells", "a row has as many cells as the first line")
                )
            else:
                yield line, row
    except EstateRefused as refused:
        problems.extend(refused.problems)
    except Refused as refused:
        problems.append(Problem(str(file), 1, "(file)", "", str(refused).removeprefix(f"{file}: ")))


def _ids(value: Any, at: tuple[str | int, ...], source: Source) -> Iterator[Problem]:
    """`id` is what the reader fills in from a map's keys: nobody writes it."""
    children: Iterable[tuple[str | int, Any]] = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        if key == "id":
            yield Problem(str(source.file), source.line((*at, key)), dotted((*at, key)), "", "is not a known key")
        yield from _ids(child, (*at, key), source)


def _given(found: Finding) -> str:
    return "" if found.given is None and found.rule.startswith("is ") else shown(found.given)


def _placed(found: Finding, source: Source, file: Path, estate: Estate, desk_lines: list[int]) -> Problem:
    match found.at:
        case ("desktops", "desks", int(number), *rest):
            register = file.parent / estate.desktops.register_file
            return Problem(str(register), desk_lines[number], dotted(tuple(rest)), _given(found), found.rule)
    return Problem(str(file), source.line(found.at), dotted(found.at), _given(found), found.rule)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise EstateRefused(problems)
