"""Values as people write them in the estate file, read into types.

Each type is an annotated standard type: what reaches a component is an `IPv4Network`, a `timedelta` or an `int` in a
documented unit, never a string.
"""

import re
from datetime import date, datetime, time, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, Strict, WithJsonSchema

from pyops.estate.texts import as_text, refusal

_UNITS_OF_TIME = {"s": 1, "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_UNITS_OF_SIZE_MIB = {"MiB": 1, "GiB": 1024, "TiB": 1024 * 1024}
_UNITS_OF_SPEED_MBPS = {"Mbps": 1, "Gbps": 1000}
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_DIGITS = 9
"""More digits in front of a unit are a slip of the hand, and would not fit the types that take them."""

UNROUTABLE = tuple(IPv4Network(prefix) for prefix in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"))
"""This host, loopback, multicast and reserved for ever: RFC 6890. No host of an estate can be there."""


def _number_with_unit(value: Any, units: dict[str, int], example: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        raise refusal(f"needs a unit, as in {example}")
    match = re.fullmatch(r"(\d+) *([A-Za-z]+)", value) if isinstance(value, str) else None
    unit = match and (match[2] if match[2] in units else match[2].removesuffix("s"))
    if match is None or unit not in units:
        raise refusal(f"must be a number with one of the units {', '.join(units)}, as in {example}")
    if len(match[1]) > _DIGITS:
        raise refusal(f"is too large: at most {_DIGITS} digits")
    return int(match[1]) * units[unit]


def _duration(value: Any) -> timedelta:
    return timedelta(seconds=_number_with_unit(value, _UNITS_OF_TIME, "14 days"))


def _seconds(value: timedelta) -> int:
    return int(value.total_seconds())


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise refusal("must be longer than nothing")
    return value


def _size(value: Any) -> int:
    return _number_with_unit(value, _UNITS_OF_SIZE_MIB, "4GiB")


def _speed(value: Any) -> int:
    return _number_with_unit(value, _UNITS_OF_SPEED_MBPS, "1Gbps")


def _refuse_ipv6(value: Any) -> None:
    if isinstance(value, str) and ":" in value:
        raise refusal("IPv6 is not supported yet: only IPv4 can be planned")


def _prefix(value: Any) -> IPv4Network:
    _refuse_ipv6(value)
    if not isinstance(value, str) or not re.fullmatch(r"[\d.]+/\d+", value):
        raise refusal("must be an IPv4 prefix, as in 10.10.20.0/24")
    try:
        prefix = IPv4Network(value, strict=False)
    except ValueError:
        raise refusal("must be an IPv4 prefix, as in 10.10.20.0/24") from None
    if str(prefix) != value:
        raise refusal(f"is an address within a prefix: the prefix is {prefix}")
    for unroutable in UNROUTABLE:
        if prefix.overlaps(unroutable):
            raise refusal(f"overlaps {unroutable}, in which no host can be (RFC 6890)")
    return prefix


def _address(value: Any) -> IPv4Address:
    _refuse_ipv6(value)
    try:
        address = IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        raise refusal("must be an IPv4 address, as in 10.10.20.11") from None
    for unroutable in UNROUTABLE:
        if address in unroutable:
            raise refusal(f"lies in {unroutable}, in which no host can be (RFC 6890)")
    return address


def _percent(value: Any) -> int:
    match = re.fullmatch(r"(\d{1,3}) *%", value) if isinstance(value, str) else None
    if match is None or not 0 < int(match[1]) <= 100:
        raise refusal("must be a share from 1 % to 100 %, as in 10%")
    return int(match[1])


def _time_of_day(value: Any) -> time:
    if isinstance(value, int):
        meant = f"{value // 60:02}:{value % 60:02}" if 0 < value < 24 * 60 else "22:00"
        raise refusal(f'must stand in quotes, as in "{meant}": YAML reads it as a number without them')
    if not isinstance(value, str) or not re.fullmatch(_TIME, value):
        raise refusal('must be a time of day, as in "22:00"')
    return time.fromisoformat(value)


def _day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise refusal("must be a date without quotes or a time, as in 2026-11-10")
    return value


_OCTETS = r"(\d{1,3}\.){3}\d{1,3}"
_AS_PREFIX = as_text(rf"{_OCTETS}/\d{{1,2}}", "An IPv4 prefix, as in 10.10.20.0/24.")
_AS_ADDRESS = as_text(_OCTETS, "An IPv4 address, as in 10.10.20.11.")
_AS_DURATION = as_text(rf"\d+ *({'|'.join(_UNITS_OF_TIME)})s?", "A duration, as in 14 days or 60s.")
_AS_SIZE = as_text(rf"\d+ *({'|'.join(_UNITS_OF_SIZE_MIB)})", "A size, as in 4GiB.")
_AS_SPEED = as_text(rf"\d+ *({'|'.join(_UNITS_OF_SPEED_MBPS)})", "A speed, as in 1Gbps.")
_AS_PERCENT = as_text(r"\d{1,3} *%", "A share, as in 10%.")
_AS_TIME = as_text(_TIME, 'A time of day in quotes, as in "22:00".')
_AS_DAY = WithJsonSchema({"type": "string", "format": "date", "description": "A date, as in 2026-11-10."})

Prefix = Annotated[IPv4Network, BeforeValidator(_prefix), _AS_PREFIX]
Address = Annotated[IPv4Address, BeforeValidator(_address), _AS_ADDRESS]
Duration = Annotated[timedelta, BeforeValidator(_duration), PlainSerializer(_seconds, return_type=int), _AS_DURATION]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
SizeMiB = Annotated[int, BeforeValidator(_size), _AS_SIZE]
SpeedMbps = Annotated[int, BeforeValidator(_speed), _AS_SPEED]
Percent = Annotated[int, BeforeValidator(_percent), _AS_PERCENT]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day), _AS_TIME]
Day = Annotated[date, BeforeValidator(_day), _AS_DAY]
Whole = Annotated[int, Strict()]
YesNo = Annotated[bool, Strict()]
