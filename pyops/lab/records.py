"""What the lab remembers: one JSON file for each thing that it was told to make."""

import json
import types
from collections.abc import Callable
from dataclasses import asdict
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from pyops.errors import OutsideFailed
from pyops.files import FOR_ALL, write_whole
from pyops.lab.place import Lab, check_name

_PLAIN: dict[type, Callable[[Any], Any]] = {IPv4Address: IPv4Address, IPv4Network: IPv4Network}


def folder(lab: Lab, kind: type) -> Path:
    """The folder of all records of one kind."""
    return lab.state / "records" / kind.__name__.lower()


def _path(lab: Lab, kind: type, name: str) -> Path:
    return folder(lab, kind) / f"{check_name(name)}.json"


def save(lab: Lab, thing: Any) -> None:
    """Remember a thing (a dataclass with a `name`) in place of what was known under its name."""
    plain = json.dumps(asdict(thing), indent=2, default=str)
    write_whole(_path(lab, type(thing), thing.name), plain + "\n", FOR_ALL)


def load[Thing](lab: Lab, kind: type[Thing], name: str) -> Thing | None:
    """What is remembered under that name, or None."""
    path = _path(lab, kind, name)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return _decode(kind, json.loads(text))
    except (ValueError, KeyError, TypeError) as damage:
        raise OutsideFailed(f"{path}: not a record of the lab, {damage}") from damage


def everything[Thing](lab: Lab, kind: type[Thing]) -> list[Thing]:
    """All remembered things of one kind, by name."""
    names = sorted(path.stem for path in folder(lab, kind).glob("[!.]*.json"))
    return [thing for name in names if (thing := load(lab, kind, name)) is not None]


def forget(lab: Lab, kind: type, name: str) -> None:
    """Remove a record; nothing happens when there is none."""
    _path(lab, kind, name).unlink(missing_ok=True)


def _decode[Thing](kind: type[Thing], plain: dict[str, Any]) -> Thing:
    hints = get_type_hints(kind)
    return kind(**{field: _value(hints[field], value) for field, value in plain.items()})


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(option for option in get_args(hint) if option is not type(None))
    if get_origin(hint) is tuple:
        return tuple(value)
    return _PLAIN.get(hint, hint)(value)
