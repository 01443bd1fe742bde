"""From the estate file to the model; nothing else reads it."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pyops.estate.checks import CHECKS
from pyops.estate.model import Estate
from pyops.estate.problems import EstateRefused, Finding, Location, Problem, dotted, given, shown
from pyops.estate.register import Register, read_register
from pyops.estate.source import Source
from pyops.estate.wording import findings

ESTATE_FILE = "estate.yml"


def load(path: Path, today: date | None = None) -> Estate:
    """Read and check an estate.

    `path` is the estate file or its folder; `today` decides which deviations have expired (default: the clock's date).
    Raises EstateRefused with every problem found, each with its file and line.
    """
    source = Source(path / ESTATE_FILE if path.is_dir() else path)
    estate, register = _read(source)
    findings = itertools.chain.from_iterable(check(estate, today or date.today()) for check in CHECKS)
    _refuse([_placed(found, source, register) for found in findings])
    return estate


def _read(source: Source) -> tuple[Estate, Register]:
    data = source.data
    if not isinstance(data, dict):
        raise EstateRefused([Problem(str(source.file), 1, dotted(()), shown(data), "must be a map of keys")])
    register = _register(data.get("desktops"), source.file.parent)
    problems = [*_ids(data, (), source), *register.problems]
    try:
        estate = Estate.model_validate(data)
    except ValidationError as error:
        found = [_placed(one, source, register) for one in findings(error, Estate)]
        raise EstateRefused([*problems, *found]) from None
    _refuse(problems)
    desktops = estate.desktops.model_copy(update={"desks": tuple(register.desks)})
    return estate.model_copy(update={"desktops": desktops, "file": source.file}), register


def _register(desktops: Any, folder: Path) -> Register:
    """The register that the estate names; an empty one where it names no file beside it, which the model tells."""
    name = desktops.get("register") if isinstance(desktops, dict) else None
    if not isinstance(name, str) or not name or Path(name).name != name:
        return Register(folder)
    return read_register(folder / name)


def _ids(value: Any, at: Location, source: Source) -> Iterator[Problem]:
    """What the reader fills in itself is nobody's to write."""
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        here = (*at, key)
        if key == "id" or here in (("file",), ("desktops", "desks")):
            yield Problem(str(source.file), source.line(here), dotted(here), "", "is not a known key")
        yield from _ids(child, here, source)


def _placed(found: Finding, source: Source, register: Register) -> Problem:
    match found.at:
        case ("desktops", "desks", int(number), *rest):
            return Problem(str(register.file), register.lines[number], dotted(tuple(rest)), given(found), found.rule)
    return Problem(str(source.file), source.line(found.at), dotted(found.at), given(found), found.rule)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise EstateRefused(problems)
