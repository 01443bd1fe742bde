"""Property values as they travel between the engine and a provider.

The wire knows null, booleans, floats, texts, lists and maps. Three things beyond those are texts or maps with agreed
signatures: a value that is unknown during a preview, a secret, and (not accepted by this provider) an output value.
Source: Pulumi's `sdk/go/common/resource/properties.go`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import Struct

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the signature of secrets, itself none

type Properties = dict[str, Any]


class _Unknown:
    """A value that only a later step will know."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that is to be encrypted in every state and never printed."""

    value: Any

    def __repr__(self) -> str:
        return "secret"


def decoded(struct: Struct) -> Properties:
    """The properties of a wire message; maps lose their null entries, whole numbers become `int`."""
    return {name: _decoded(struct[name]) for name in struct if struct[name] is not None}


def _decoded(value: Any) -> Any:
    if isinstance(value, Mapping | Struct):
        return _decoded_map({key: _decoded(value[key]) for key in value})
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if value is None or isinstance(value, (bool, str)):
        return UNKNOWN if value == _UNKNOWN else value
    return [_decoded(item) for item in value]


def _decoded_map(entries: Properties) -> Any:
    if entries.get(_SIGNATURE) == _SECRET:
        return Secret(entries.get("value"))
    return {key: value for key, value in entries.items() if value is not None}


def encoded(properties: Properties) -> Struct:
    """The wire form of properties."""
    message = Struct()
    message.update(_encoded(properties))
    return message


def _encoded(value: Any) -> Any:
    if value is UNKNOWN:
        return _UNKNOWN
    if isinstance(value, Secret):
        return {_SIGNATURE: _SECRET, "value": _encoded(value.value)}
    if isinstance(value, dict):
        return {key: _encoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encoded(item) for item in value]
    return value


def bare(value: Any) -> Any:
    """The value without its secret wrappers, at every depth."""
    if isinstance(value, Secret):
        return bare(value.value)
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [bare(item) for item in value]
    return value


def at(value: Any, path: str) -> list[Any]:
    """Every value at a path such as `ipConfigurations[].properties.subnet.id`; secrets are looked through.

    A part that ends in `[]` goes through each item of a list. What is missing is left out.
    """
    found = [bare(value)]
    for part in path.split("."):
        name, each = part.removesuffix("[]"), part.endswith("[]")
        found = [item[name] for item in found if isinstance(item, dict) and name in item]
        if each:
            found = [entry for item in found if isinstance(item, list) for entry in item]
    return found
