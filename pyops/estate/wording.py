"""What pydantic finds, in the project's words."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pyops.estate.base import Part
from pyops.estate.problems import Finding, Location, nearest
from pyops.estate.texts import NOT_TEXT

_WHOLE_NUMBER = "must be a whole number"
_MAP = "must be a map"
_TEXT = f"must be text: {NOT_TEXT}"
_RULES = {
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "finite_number": _WHOLE_NUMBER,
    "bool_type": "must be true or false",
    "string_type": _TEXT,
    "invalid_key": _TEXT,
    "mapping_type": _MAP,
    "dict_type": _MAP,
    "model_type": _MAP,
    "tuple_type": "must be a list",
}


def findings(error: ValidationError, root: type[Part]) -> Iterator[Finding]:
    """All of pydantic's errors as findings."""
    for detail in error.errors():
        # Pydantic also calls a list too short when its items are wrong: the items' own errors say it all.
        if detail["type"] != "too_short" or len(detail["input"]) < detail["ctx"]["min_length"]:
            yield _finding(detail, root)


def _finding(error: ErrorDetails, root: type[Part]) -> Finding:
    at = tuple(part for part in error["loc"] if part != "[key]")
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return Finding(at, None, "is not a known key" + nearest(str(at[-1]), keys_at(root, at[:-1])))
    if kind == "missing":
        return Finding(at, None, "is missing")
    return Finding(at, error["input"], _rule(kind, context, error["msg"]))


def _rule(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind == "rule":
        return str(context["rule"])
    if kind == "literal_error":
        return f"must be {context['expected'].replace("'", '').replace('True', 'true')}"
    if kind == "enum":
        return f"must be one of {context['expected'].replace("'", '').replace(' or ', ', ')}"
    if kind in ("greater_than_equal", "less_than_equal"):
        return f"must be at {'least' if 'ge' in context else 'most'} {context.get('ge', context.get('le'))}"
    if kind in ("too_short", "too_long"):
        return _length(context)
    return _RULES.get(kind, message[:1].lower() + message[1:])


def _length(context: Mapping[str, Any]) -> str:
    least, most = context.get("min_length"), context.get("max_length")
    if least == 1:
        return "must not be empty"
    return f"must have {least or most} entries, has {context['actual_length']}"


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
