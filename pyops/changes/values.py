"""Values of a resource's inputs: found by the engine's paths, and shown without secrets."""

import hashlib
import json
import re
from typing import Any

from pyops.engines.events import SIGNATURE

_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a value that only Azure will know (Pulumi's sdk/go/common/resource/plugin/rpc.go)."""
_SECRET = "[secret]"  # noqa: S105 - the engine's word in place of one
_LONGEST = 200
MISSING = object()
"""Stands for no value at all, since None is one."""


def at(inputs: Any, path: str) -> Any:
    """The value at a path such as `properties.subnets[0].name` or `tags["a.b"]`; MISSING where there is none."""
    for quoted, number, name in _PART.findall(path):
        if isinstance(inputs, dict) and _is_special(inputs):
            return inputs
        if isinstance(inputs, list) and number and int(number) < len(inputs):
            inputs = inputs[int(number)]
        elif isinstance(inputs, dict) and (quoted or name) in inputs:
            inputs = inputs[quoted or name]
        else:
            return MISSING
    return inputs


def is_secret(value: Any) -> bool:
    """Whether a value is hidden, or holds one that is."""
    if isinstance(value, dict):
        return _is_special(value) or any(map(is_secret, value.values()))
    return any(map(is_secret, value)) if isinstance(value, list) else value == _SECRET


def shown(value: Any) -> str | None:
    """A value as JSON text, cut where it is long; None for no value."""
    if value is MISSING:
        return None
    if is_secret(value):
        return "secret"
    text = json.dumps(value, ensure_ascii=False, sort_keys=True).replace(f'"{_UNKNOWN}"', "known after apply")
    more = len(text) - _LONGEST
    if more <= 0:
        return text
    whole = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{text[:_LONGEST]} … and {more:,} characters more, in all {whole}"


def _is_special(value: dict[str, Any]) -> bool:
    return SIGNATURE in value
