"""What an azure-native type takes and returns, read from the SDK's own classes.

Nothing is copied from the SDK: a type that the SDK knows is known here, in the version that is installed. The first
type of a module costs that module's import (0.1 to 2 s); everything is kept for the life of the process.
Wire names are not mechanical (`disk_size_gb` is `diskSizeGB`), so they always come from the classes.
"""

import enum
import importlib
import inspect
import re
import sys
import threading
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from pulumi import _types
from pulumi._types import _is_optional_type, _is_plumbing_arg, _is_union_type, _raw_return_hints

from pyops.errors import Refused


@dataclass(frozen=True)
class Text:
    """A text; with `choices`, one of them."""

    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    """A number; every number of the wire is a float, so `whole` is a rule of ours to check."""

    whole: bool


@dataclass(frozen=True)
class Flag:
    """True or false."""


@dataclass(frozen=True)
class Anything:
    """A place where the SDK declares no type."""


@dataclass(frozen=True)
class ListOf:
    """A list of one shape."""

    item: "Shape"


@dataclass(frozen=True)
class MapOf:
    """A map from any text to one shape."""

    item: "Shape"


@dataclass(frozen=True)
class OneOf:
    """A value of one of several shapes (Azure tells them apart by a property such as `ruleType`)."""

    members: tuple["Shape", ...]


@dataclass(frozen=True)
class Field:
    """A property of an object."""

    required: bool
    shape: "Shape"


@dataclass(frozen=True)
class Object:
    """A set of named properties, read when they are first asked for: Azure's types can contain themselves."""

    source: type

    @property
    def name(self) -> str:
        """What the SDK calls it, without the ending of its input classes."""
        return self.source.__name__.removesuffix("InitArgs").removesuffix("Args")

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Its properties by wire name."""
        types, hints = _types.input_type_types(self.source), _raw_return_hints(self.source)
        return {wire: Field(not _is_optional(hints[wire]), shape(types[wire])) for wire in types}

    @cached_property
    def constants(self) -> dict[str, str]:
        """The properties that have one value only, by which Azure tells alternatives apart (`ruleType`, say)."""
        found = re.findall(r'pulumi\.set\(__self__, "(\w+)", \'([^\']+)\'\)', inspect.getsource(self.source.__init__))  # type: ignore[misc]  # of this very class
        names = _types.input_type_py_to_pulumi_names(self.source)
        return {names[own]: value for own, value in found}


type Shape = Text | Number | Flag | Anything | ListOf | MapOf | OneOf | Object


@dataclass(frozen=True)
class Schema:
    """Inputs and outputs of one resource type, by wire name."""

    token: str
    inputs: Object
    outputs: frozenset[str]


_IMPORTS = threading.Lock()
"""The engine asks from many threads at once, and the SDK's lazy modules show themselves to a second one half loaded."""


@cache
def schema(token: str) -> Schema:
    """The schema of `azure-native:network:VirtualHub`, say; Refused when the installed SDK has no such type."""
    resource, arguments = _classes(token)
    return Schema(token, Object(arguments), frozenset(_types.resource_types(resource)) - {"id", "urn"})


def _classes(token: str) -> tuple[type, type]:
    try:
        _, module, name = token.split(":")
        with _IMPORTS:
            resource = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)
    except (ValueError, ImportError, AttributeError):
        raise Refused(f"{token}: not a type of the installed pulumi_azure_native") from None
    # `<package>.<Name>Args` may be a nested type of that name; the resource's own module has the right one.
    own = sys.modules[resource.__module__]
    return resource, getattr(own, f"{name}InitArgs", None) or getattr(own, f"{name}Args")


_MERGED = {("pulumi_azure_native.monitor._enums", "ConditionOperator")}
"""Enums that stand for two of Azure's with one name, of which the SDK kept the choices of one."""


def _is_optional(found: Any) -> bool:
    return bool(_is_optional_type(found))  # type: ignore[no-untyped-call]  # the SDK's own, untyped


def _is_union(found: Any) -> bool:
    return bool(_is_union_type(found))  # type: ignore[no-untyped-call]  # the SDK's own, untyped


def shape(found: Any) -> Shape:
    """The shape behind a Python type of the SDK."""
    if _is_union(found):
        return _union([arg for arg in typing.get_args(found) if arg is not type(None) and not _is_plumbing_arg(arg)])
    origin, arguments = typing.get_origin(found), typing.get_args(found)
    if found is list or origin in (list, Sequence):
        return ListOf(shape(arguments[0]) if arguments else Anything())
    if found is dict or origin in (dict, Mapping):
        return MapOf(shape(arguments[1]) if len(arguments) == 2 else Anything())
    return _plain(found)


def _plain(found: Any) -> Shape:
    simple: dict[Any, Shape] = {str: Text(), bool: Flag(), int: Number(whole=True), float: Number(whole=False)}
    if found in simple:
        return simple[found]
    if isinstance(found, type) and issubclass(found, enum.Enum):
        if (found.__module__, found.__name__) in _MERGED:
            return Text()
        return Text(tuple(str(member.value) for member in found))
    if isinstance(found, type) and _types.is_input_type(found):
        return Object(found)
    return Anything()


def _union(members: list[Any]) -> Shape:
    """`Union[str, SomeEnum]` is how the SDK writes an enum that the service may extend: its names are the choices."""
    shapes = [shape(member) for member in members]
    choices = [choice for member in shapes if isinstance(member, Text) for choice in member.choices]
    others = [member for member in shapes if not isinstance(member, Text)]
    texts: list[Shape] = [Text(tuple(choices))] if len(others) < len(shapes) else []
    return (others + texts)[0] if len(others + texts) == 1 else OneOf(tuple(others + texts))
