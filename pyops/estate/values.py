"""Values as people write them in the estate file, read into types.

Each type is an annotated standard type: what reaches a component is an `IPv4Network`, a `timedelta` or an `int` in a
documented unit, never a string.
"""

import re
from datetime import time, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS_OF_TIME = {"s": 1, "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_UNITS_OF_SIZE_MIB = {"MiB": 1, "GiB": 1024, "TiB": 1024 * 1024}
_UNITS_OF_SPEED_MBPS = {"Mbps": 1, "Gbps": 1000}

_NAME = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
_HOST = r"[a-z]([a-z0-9-]{0,13}[a-z0-9])?"
_LINK = r"[a-z][a-z0-9_]*(-[a-z0-9_]+)*"
_TIME = r"([01]\d|2[0-3]):[0-5]\d"


def refusal(rule: str) -> PydanticCustomError:
    """An error whose text is the rule that a value breaks; braces in the text are taken as they are."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule})


def _number_with_unit(value: Any, units: dict[str, int], example: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        raise refusal(f"needs a unit, as in {example}")
    match = re.fullmatch(r"(\d+)\s*([A-Za-z]+?)s?", value) if isinstance(value, str) else None
    unit = match[2] if match and match[2] in units else (match[2] + "s" if match and match[2] + "s" in units else None)
    if match is None or unit is None:
        raise refusal(f"must be a number with one of the units {', '.join(units)}, as in {example}")
    return int(match[1]) * units[unit]


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    return timedelta(seconds=_number_with_unit(value, _UNITS_OF_TIME, "14 days"))


def _seconds(value: timedelta) -> int:
    return int(value.total_seconds())


def _size(value: Any) -> int:
    return _number_with_unit(value, _UNITS_OF_SIZE_MIB, "4GiB")


def _speed(value: Any) -> int:
    return _number_with_unit(value, _UNITS_OF_SPEED_MBPS, "1Gbps")


def _refuse_ipv6(value: Any) -> None:
    if isinstance(value, str) and ":" in value:
        raise refusal("IPv6 is not supported yet: only IPv4 can be planned")


def _prefix(value: Any) -> IPv4Network:
    _refuse_ipv6(value)
    if isinstance(value, IPv4Network):
        return value
    if not isinstance(value, str) or "/" not in value:
        raise refusal("must be an IPv4 prefix, as in 10.10.20.0/24")
    try:
        return IPv4Network(value)
    except ValueError:
        pass
    try:
        rightly = IPv4Network(value, strict=False)
    except ValueError:
        raise refusal("must be an IPv4 prefix, as in 10.10.20.0/24") from None
    raise refusal(f"is an address within a prefix: the prefix is {rightly}")


def _address(value: Any) -> IPv4Address:
    _refuse_ipv6(value)
    if isinstance(value, IPv4Address):
        return value
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        raise refusal("must be an IPv4 address, as in 10.10.20.11") from None


def _time_of_day(value: Any) -> time:
    if isinstance(value, time):
        return value
    if isinstance(value, int):
        raise refusal('must stand in quotes, as in "22:00": YAML reads it as a number without them')
    if not isinstance(value, str) or not re.fullmatch(_TIME, value):
        raise refusal('must be a time of day, as in "22:00"')
    return time.fromisoformat(value)


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise refusal("must be a name; YAML reads some bare words (on, no, 12) as other things: quote it")
    if not re.fullmatch(_NAME, value):
        raise refusal("must be a name of small letters, digits and single underscores that begins with a letter")
    return value


def _host_label(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(_HOST, value):
        raise refusal(
            "must be a host name: at most 15 small letters, digits and hyphens, a letter first, no hyphen last"
        )
    return value


def _link_name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(_LINK, value):
        raise refusal("must be a name of small letters, digits, underscores and single hyphens")
    return value


def _text(pattern: str, description: str) -> WithJsonSchema:
    """How editors check the text in the file, whatever type it is read into."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": description})


_OCTETS = r"(\d{1,3}\.){3}\d{1,3}"
_AS_NAME = _text(_NAME, "Small letters, digits and single underscores, a letter first.")
_AS_HOST = _text(_HOST, "At most 15 small letters, digits and hyphens, a letter first, no hyphen last.")
_AS_LINK = _text(_LINK, "Small letters, digits, underscores and single hyphens.")
_AS_PREFIX = _text(rf"{_OCTETS}/\d{{1,2}}", "An IPv4 prefix, as in 10.10.20.0/24.")
_AS_ADDRESS = _text(_OCTETS, "An IPv4 address, as in 10.10.20.11.")
_AS_DURATION = _text(rf"\d+ *({'|'.join(_UNITS_OF_TIME)})s?", "A duration, as in 14 days or 60s.")
_AS_SIZE = _text(rf"\d+ *({'|'.join(_UNITS_OF_SIZE_MIB)})", "A size, as in 4GiB.")
_AS_SPEED = _text(rf"\d+ *({'|'.join(_UNITS_OF_SPEED_MBPS)})", "A speed, as in 1Gbps.")
_AS_TIME = _text(_TIME, "A time of day in quotes, as in \"22:00\".")

Name = Annotated[str, BeforeValidator(_name), _AS_NAME]
HostLabel = Annotated[str, BeforeValidator(_host_label), _AS_HOST]
LinkName = Annotated[str, BeforeValidator(_link_name), _AS_LINK]
Prefix = Annotated[IPv4Network, BeforeValidator(_prefix), _AS_PREFIX]
Address = Annotated[IPv4Address, BeforeValidator(_address), _AS_ADDRESS]
Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(_seconds, return_type=int), _AS_DURATION]
SizeMiB = Annotated[int, BeforeValidator(_size), _AS_SIZE]
SpeedMbps = Annotated[int, BeforeValidator(_speed), _AS_SPEED]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day), _AS_TIME]
