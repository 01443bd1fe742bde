"""What differs between two sets of inputs, by property path, as Azure would see it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pyops.emulator.identity import key
from pyops.emulator.values import Properties, Secret

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_AN_ID = re.compile(r"/?(subscriptions|providers)/", re.IGNORECASE)


class Change(Enum):
    """How a property differs."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True)
class Difference:
    """One changed property; `path` is written as the engine writes property paths."""

    path: str
    change: Change


def differences(old: Properties, new: Properties) -> list[Difference]:
    """Changed properties in the order of the new inputs; secrets are compared by what they hide.

    Ids compare without case, locations without case and spaces, lists by position.
    """
    return list(_differ(old, new, ""))


def _differ(old: Any, new: Any, path: str) -> Iterator[Difference]:
    old, new = _opened(old), _opened(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*new, *(name for name in old if name not in new)]:
            yield from _differ_entry(old, new, name, _below(path, name))
    elif isinstance(old, list) and isinstance(new, list):
        for at in range(max(len(old), len(new))):
            yield from _differ_item(old, new, at, f"{path}[{at}]")
    elif not _same(old, new, path):
        yield Difference(path, Change.UPDATE)


def _differ_entry(old: Properties, new: Properties, name: str, path: str) -> Iterator[Difference]:
    if name not in old:
        yield Difference(path, Change.ADD)
    elif name not in new:
        yield Difference(path, Change.DELETE)
    else:
        yield from _differ(old[name], new[name], path)


def _differ_item(old: list[Any], new: list[Any], at: int, path: str) -> Iterator[Difference]:
    if at >= len(old):
        yield Difference(path, Change.ADD)
    elif at >= len(new):
        yield Difference(path, Change.DELETE)
    else:
        yield from _differ(old[at], new[at], path)


def _opened(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value


def _same(old: Any, new: Any, path: str) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        if path == "location":
            return old.replace(" ", "").lower() == new.replace(" ", "").lower()
        if _AN_ID.match(old) and _AN_ID.match(new):
            return key(old) == key(new)
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _below(path: str, name: str) -> str:
    if not _PLAIN_NAME.fullmatch(name):
        quoted = name.replace('"', '\\"')
        return f'{path}["{quoted}"]'
    return f"{path}.{name}" if path else name
