"""Facts as JSON, for the database and for programs: durations in seconds, moments as ISO 8601 in UTC."""

from dataclasses import replace
from typing import Any

import pydantic_core
from pydantic import TypeAdapter

from pyops.fleet.facts import Facts

_FACTS = TypeAdapter(Facts)


def to_json(facts: Facts) -> str:
    """Everything but the packages."""
    return pydantic_core.to_json(replace(facts, packages=None), timedelta_mode="float").decode()


def from_json(text: str) -> Facts:
    """The facts, without their packages; raises ValueError."""
    return _FACTS.validate_json(text)


def plain(facts: Facts) -> dict[str, Any]:
    """Everything, packages included, for `json.dumps`."""
    found: dict[str, Any] = pydantic_core.to_jsonable_python(replace(facts, packages=None), timedelta_mode="float")
    listed = facts.packages
    found["packages"] = None if listed is None else {name: package._asdict() for name, package in listed.items()}
    return found
