"""A plan with one thing wrong."""

import copy
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pyops.policies import Planned

GONE = object()
"""Instead of a value: leave it out."""


def find(plan: Sequence[Planned], kind: str, name: str = "") -> Planned:
    """The resource of a kind whose name begins so."""
    return next(one for one in plan if one.kind == kind and one.name.startswith(name))


def without(plan: Sequence[Planned], kind: str, name: str = "") -> tuple[Planned, ...]:
    gone = find(plan, kind, name)
    return tuple(one for one in plan if one is not gone)


def altered(plan: Sequence[Planned], kind: str, name: str, path: str, value: Any) -> tuple[Planned, ...]:
    """The plan with another value at a path (`subnets[0].vlan`) of one resource."""
    found = find(plan, kind, name)
    inputs = copy.deepcopy(dict(found.inputs))
    _put(inputs, path, value)
    return tuple(replace(one, inputs=inputs) if one is found else one for one in plan)


def _put(inputs: Any, path: str, value: Any) -> None:
    *way, last = [int(part[1:-1]) if part[0] == "[" else part for part in re.findall(r"\[\d+\]|[^.\[\]]+", path)]
    for part in way:
        inputs = inputs.setdefault(part, {}) if isinstance(inputs, dict) else inputs[part]
    if value is GONE:
        inputs.pop(last, None)
    else:
        inputs[last] = value
