"""The JSON Schema of the estate file, for editors that complete and check YAML as it is typed.

It knows shapes and single values; what needs several values to judge is known to `load` alone.
"""

import ast
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from pyops.estate.base import Part
from pyops.estate.model import Estate

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def estate_schema() -> dict[str, Any]:
    """The schema as plain data: the file's own keys, each with its description."""
    schema = Estate.model_json_schema(by_alias=True)
    definitions = schema.pop("$defs", {})
    parts = {part.__name__: part for part in _parts(Part)}
    for name, definition in (*definitions.items(), (Estate.__name__, schema)):
        if name in parts:
            _describe(definition, parts[name])
    _tidy(schema)
    _tidy(definitions)
    used = _used(schema, definitions)
    return {"$schema": _DIALECT, **schema, "$defs": {name: definitions[name] for name in definitions if name in used}}


def _parts(base: type[Part]) -> Iterator[type[Part]]:
    for part in base.__subclasses__():
        yield part
        yield from _parts(part)


def _describe(definition: dict[str, Any], part: type[Part]) -> None:
    """Hide what the reader fills in, and let each key say what its docstring in the model says."""
    said = _docstrings(part)
    for name, field in part.model_fields.items():
        key = field.alias or name
        if _filled_in(name, field):
            definition["properties"].pop(key, None)
        elif name in said:
            definition["properties"][key]["description"] = said[name]


def _filled_in(name: str, field: FieldInfo) -> bool:
    return name == "id" or bool(field.exclude)


def _docstrings(part: type[Part]) -> dict[str, str]:
    """The string that stands under each field of a class."""
    tree = ast.parse(Path(inspect.getfile(part)).read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == part.__name__)
    said = {}
    for node, following in itertools.pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(following, ast.Expr):
            said[node.target.id] = ast.literal_eval(following.value)
    return said


def _tidy(node: Any) -> None:
    """Titles repeat the keys; a map takes names of one form and no others, and its size counts names."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("title"), str):
        del node["title"]
    if node.get("type") == "object" and "patternProperties" in node:
        node.pop("propertyNames", None)
        node["additionalProperties"] = False
        if "minLength" in node:
            node["minProperties"] = node.pop("minLength")
    for child in node.values():
        _tidy(child)


def _used(schema: Any, definitions: dict[str, Any]) -> set[str]:
    """The definitions that the schema refers to, however far down."""
    found: set[str] = set()
    todo = [schema]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in found:
                found.add(name)
                todo.append(definitions[name])
        if isinstance(node, dict | list):
            todo.extend(node.values() if isinstance(node, dict) else node)
    return found
