"""What pydantic finds, in the project's words."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic_core import ErrorDetails

from pyops.estate.base import Part
from pyops.estate.problems import Finding, Location, nearest

_RULES = {
    "missing": "is missing",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text; quote it if YAML reads it as something else",
    "mapping_type": "must be a map",
    "dict_type": "must be a map",
    "model_type": "must be a map",
    "tuple_type": "must be a list",
    "date_type": "must be a date, as in 2026-11-10",
    "date_parsing": "must be a date, as in 2026-11-10",
    "date_from_datetime_parsing": "must be a date, as in 2026-11-10",
    "date_from_datetime_inexact": "must be a date without a time, as in 2026-11-10",
}


def finding(error: ErrorDetails, root: type[Part]) -> Finding:
    """One of pydantic's errors as a finding."""
    at = tuple(part for part in error["loc"] if part != "[key]")
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return Finding(at, None, "is not a known key" + nearest(str(at[-1]), keys_at(root, at[:-1])))
    if kind == "missing":
        return Finding(at, None, "is missing")
    return Finding(at, _EMPTY if error["input"] in ({}, [], ()) else error["input"], _rule(kind, context, error["msg"]))


_EMPTY = "an empty value"


def _rule(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind == "rule":
        return str(context["rule"])
    if kind in ("enum", "literal_error"):
        return f"must be one of {context['expected'].replace("'", '').replace(' or ', ', ')}"
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"must be at {'least' if 'ge' in context else 'most'} {context.get('ge', context.get('le'))}"
    if kind in ("too_short", "too_long"):
        bound = context.get("min_length", context.get("max_length"))
        return f"must have at {'least' if kind == 'too_short' else 'most'} {bound}, has {context['actual_length']}"
    if kind == "string_pattern_mismatch":
        return f"must look like {context['pattern']}"
    if kind == "string_too_short":
        return "must not be empty"
    return _RULES.get(kind, message[:1].lower() + message[1:])


def keys_at(root: type[Part], at: Location) -> list[str]:
    """The keys that the model knows at a place."""
    here: Any = root
    for part in at:
        here = _inside(here, part)
    model = _bare(here)
    if not (isinstance(model, type) and issubclass(model, Part)):
        return []
    return [field.alias or name for name, field in model.model_fields.items() if not field.exclude and name != "id"]


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = get_args(annotation)[0]
    return annotation


def _inside(annotation: Any, part: str | int) -> Any:
    model = _bare(annotation)
    if isinstance(model, type) and issubclass(model, Part):
        field = next((f for n, f in model.model_fields.items() if part in (n, f.alias)), None)
        return field.annotation if field else None
    arguments = get_args(model)
    return arguments[1 if get_origin(model) is Mapping else 0] if arguments else None
