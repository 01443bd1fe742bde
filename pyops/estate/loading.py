"""From the estate file to the model; nothing else reads it."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from pyops.estate.checks import CHECKS
from pyops.estate.gateways import Recorded, read_gateways
from pyops.estate.model import Estate
from pyops.estate.problems import EstateRefused, Finding, Location, Problem, dotted, given, shown
from pyops.estate.register import Register, read_register
from pyops.estate.source import Source
from pyops.estate.wording import findings

ESTATE_FILE = "estate.yml"


class _Files(NamedTuple):
    """The estate file and those that it names, to say where a problem stands."""

    source: Source
    register: Register
    gateways: Recorded


def load(path: Path, today: date | None = None) -> Estate:
    """Read and check an estate.

    `path` is the estate file or its folder; `today` decides which deviations have expired (default: the clock's date).
    Raises EstateRefused with every problem found, each with its file and line.
    """
    source = Source(path / ESTATE_FILE if path.is_dir() else path)
    estate, files = _read(source)
    findings = itertools.chain.from_iterable(check(estate, today or date.today()) for check in CHECKS)
    _refuse([_placed(found, files) for found in findings])
    return estate


def places(estate: Estate) -> Callable[[Location], str]:
    """Where things stand in an estate's file, as people read it: `estate.yml:83: pools.database`."""
    source = Source(estate.file)
    return lambda at: f"{estate.file}:{source.line(at)}: {dotted(at)}"


def _read(source: Source) -> tuple[Estate, _Files]:
    data = source.data
    if not isinstance(data, dict):
        raise EstateRefused([Problem(str(source.file), 1, dotted(()), shown(data), "must be a map of keys")])
    folder = source.file.parent
    register, gateways = _register(data.get("desktops"), folder), _gateways(data.get("azure"), folder)
    files = _Files(source, register, gateways)
    problems = [*_ids(data, (), source), *register.problems, *gateways.problems]
    try:
        estate = Estate.model_validate(data)
    except ValidationError as error:
        found = [_placed(one, files) for one in findings(error, Estate)]
        raise EstateRefused([*problems, *found]) from None
    _refuse(problems)
    desktops = estate.desktops.model_copy(update={"desks": tuple(register.desks)})
    azure = estate.azure.model_copy(update={"gateways": gateways.addresses})
    return estate.model_copy(update={"desktops": desktops, "azure": azure, "file": source.file}), files


def _register(desktops: Any, folder: Path) -> Register:
    """The register that the estate names; an empty one where it names no file beside it, which the model tells."""
    file = _named(desktops, "register", folder)
    return read_register(file) if file else Register(folder)


def _gateways(azure: Any, folder: Path) -> Recorded:
    """The recorded gateways in the same way."""
    file = _named(azure, "gateways", folder)
    return read_gateways(file) if file else Recorded(folder)


def _named(section: Any, key: str, folder: Path) -> Path | None:
    name = section.get(key) if isinstance(section, dict) else None
    return folder / name if isinstance(name, str) and name and Path(name).name == name else None


def _ids(value: Any, at: Location, source: Source) -> Iterator[Problem]:
    """What the reader fills in itself is nobody's to write."""
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for key, child in children:
        here = (*at, key)
        if key == "id" or here in _FILLED_IN:
            yield Problem(str(source.file), source.line(here), dotted(here), "", "is not a known key")
        yield from _ids(child, here, source)


_FILLED_IN = (("file",), ("desktops", "desks"), ("azure", "gateway_addresses"))


def _placed(found: Finding, files: _Files) -> Problem:
    source, register, gateways = files
    match found.at:
        case ("desktops", "desks", int(number), *rest):
            return Problem(str(register.file), register.lines[number], dotted(tuple(rest)), given(found), found.rule)
        case ("azure", "gateways", str(region), *rest):
            return gateways.placed((region, *rest), given(found), found.rule)
    return Problem(str(source.file), source.line(found.at), dotted(found.at), given(found), found.rule)


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise EstateRefused(problems)
