"""Debian versions in dpkg's order, as keys that compare at the speed of strings.

The order is that of deb-version(7): epoch, upstream version, revision; in each, what is no digit by letters before all
else and `~` before even the end, digits by number. Digits are never made an int: a host may say thousands of them.
"""

import re
from functools import cache

_END = "\x02"
_ORDER = str.maketrans(
    {chr(code): chr(code + 256) for code in range(3, 128) if not chr(code).isalpha()} | {"~": "\x01"}
)
_PARTS = re.compile(r"([^0-9]*)([0-9]*)")


@cache
def order(version: str) -> str:
    """The key of a version: smaller where dpkg says `lt`, the same where it says `eq`.

    Text that is no version has a key as well; it is for others to refuse it.
    """
    epoch, colon, rest = version.partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "", version
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "")
    return _part(epoch) + _part(upstream) + _part(revision)


def _part(text: str) -> str:
    """No part's key is the beginning of another's, so that keys of parts can stand one after the other."""
    key = []
    for other, digits in _PARTS.findall(text or "0"):
        number = digits.lstrip("0")
        key.append(f"{other.translate(_ORDER)}{_END}{chr(min(len(number), 0x10FFFF))}{number}")
    return "".join(key)


def compare(one: str, other: str) -> int:
    """Below, at or above 0 as the first is older than, equal to or newer than the second."""
    first, second = order(one), order(other)
    return (first > second) - (first < second)
