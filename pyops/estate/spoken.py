"""Values of the model in the words of the estate file."""

from collections.abc import Mapping
from datetime import time, timedelta
from enum import Enum
from typing import Any

from pyops.estate.base import Part
from pyops.estate.network import ServicePort

_MEBIBYTES = ("memory", "disk")
_MEGABITS = ("speed",)
_PER_CENT = ("share",)
_SHORT = 60


def spoken(value: Any, field: str = "") -> str:
    """A value as people write it; `field` tells the unit of a bare number."""
    if value is None or value in ("", (), {}):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, int):
        return _amount(value, field)
    if isinstance(value, tuple):
        return ", ".join(spoken(item) for item in value)
    return _structure(value)


def _structure(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {spoken(item)}" for name, item in value.items())
    if isinstance(value, Part) and not isinstance(value, ServicePort):
        return described(value)
    text = str(value)
    return text if len(text) <= _SHORT else text[: _SHORT - 3] + "..."


def described(part: Part) -> str:
    """A part's fields in one line, without its name: `every 1 day, keep 35 days`; `gateway` for a true one."""
    fields = type(part).model_fields
    said = []
    for name, field in fields.items():
        value = getattr(part, name)
        if name == "id" or field.exclude or value is None or value is False or value == () or value == {}:
            continue
        said.append(name if value is True else f"{label(name)} {spoken(value, name)}")
    return ", ".join(said)


def label(field: str) -> str:
    """A field's name as words."""
    return {"rpo": "RPO", "rto": "RTO", "asn": "AS number", "vlan": "VLAN", "cpu": "processors"}.get(
        field, field.replace("_", " ")
    )


def duration(value: timedelta) -> str:
    """In the largest unit that fits without a rest: `14 days`, `90 minutes`, `0 seconds`."""
    seconds = int(value.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size:,} {unit}{'s' if seconds != size else ''}"
    return f"{seconds:,} second{'s' if seconds != 1 else ''}"


def _amount(value: int, field: str) -> str:
    if field in _MEBIBYTES:
        unit, size = next(
            (unit, size) for unit, size in (("TiB", 1048576), ("GiB", 1024), ("MiB", 1)) if value % size == 0
        )
        return f"{value // size:,} {unit}"
    if field in _MEGABITS:
        return f"{value // 1000:,} Gbps" if value % 1000 == 0 else f"{value:,} Mbps"
    return f"{value} %" if field in _PER_CENT else str(value)
