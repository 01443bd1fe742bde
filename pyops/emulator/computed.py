"""The outputs of a resource: what was put in, what follows from the id, and what only Azure can make up."""

from typing import Any

from pyops.emulator import assigned
from pyops.emulator.defaults import filled
from pyops.emulator.identity import arm_type, minted
from pyops.emulator.kinds import kind_of
from pyops.emulator.schema import schema
from pyops.emulator.values import UNKNOWN, Properties

MARK = "standIn"
OURS = "pyops.emulator"
"""Every resource made here carries it in its outputs; the SDK passes over outputs that it does not know."""

_TENANT = "00000000-0000-0000-0000-000000000001"


def outputs(token: str, arm_id: str, inputs: Properties) -> Properties:
    """What a finished resource answers."""
    known = schema(token).outputs
    follows = {"name": arm_id.rsplit("/", 1)[1], "type": arm_type(arm_id), "provisioningState": "Succeeded"}
    found = {name: value for name, value in follows.items() if name in known}
    found |= {name: _copied(value) for name, value in inputs.items() if name in known}
    for path in _minted_paths(token, inputs):
        _fill(found, path.split("."), lambda where: minted(arm_id, where), path)
    return {**filled(token, found), MARK: OURS}


def previewed(token: str, inputs: Properties) -> Properties:
    """What can be said of a resource before it is made: its inputs, and that the rest is unknown."""
    known = schema(token).outputs
    found: Properties = dict.fromkeys(known, UNKNOWN)
    found |= {name: _copied(value) for name, value in inputs.items() if name in known}
    for path in (*_minted_paths(token, inputs), *assigned.PATHS.get(token, ())):
        _fill(found, path.split("."), lambda _: UNKNOWN, path)
    return {**found, MARK: OURS}


def kept(expected: Any, given: Any, old: Any) -> Any:
    """What is expected of an update, with old values where nothing new is to be known: what was minted stays.

    What depends on an input that is unknown itself stays unknown.
    """
    if expected is UNKNOWN:
        return UNKNOWN if given is UNKNOWN or old is None else old
    if isinstance(expected, dict) and isinstance(old, dict):
        below = given if isinstance(given, dict) else {}
        return {name: kept(value, below.get(name), old.get(name)) for name, value in expected.items()}
    if isinstance(expected, list) and isinstance(old, list) and isinstance(given, list):
        olds = [*old, *[None] * len(expected)]
        return [kept(value, below, before) for value, below, before in zip(expected, given, olds, strict=False)]
    return expected


def is_ours(recorded: Properties) -> bool:
    """Whether recorded outputs say that this provider made the resource."""
    return recorded.get(MARK) == OURS


def _minted_paths(token: str, inputs: Properties) -> list[str]:
    kind = kind_of(token)
    paths = list(kind.minted) if kind else []
    identity = inputs.get("identity")
    if isinstance(identity, dict) and "systemassigned" in str(identity.get("type", "")).lower():
        paths += ["identity.principalId", "identity.tenantId"]
    return paths


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _fill(found: Any, parts: list[str], make: Any, where: str) -> None:
    """Sets a minted value at a path, in each item of a list, unless it was given."""
    if not isinstance(found, dict):
        return
    name, rest = parts[0].removesuffix("[]"), parts[1:]
    if not rest:
        found.setdefault(name, _TENANT if name == "tenantId" else make(where))
        if found[name] is UNKNOWN:
            found[name] = make(where)
        return
    below = found.get(name)
    for at, item in enumerate(below if isinstance(below, list) else [below]):
        _fill(item, rest, make, f"{where}#{at}")
