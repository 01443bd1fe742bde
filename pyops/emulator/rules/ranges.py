"""Prefixes and addresses as inputs give them; what is not one (or not known yet) is nothing."""

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations
from typing import Any


def prefix(given: Any) -> IPv4Network | None:
    """The prefix that a text stands for."""
    return _parsed(IPv4Network, given)


def address(given: Any) -> IPv4Address | None:
    """The address that a text stands for."""
    return _parsed(IPv4Address, given)


def prefixes(given: Iterable[Any]) -> list[IPv4Network]:
    """The prefixes among texts."""
    return [found for one in given if (found := prefix(one))]


def overlaps(named: Iterable[tuple[str, IPv4Network]]) -> Iterator[tuple[str, str]]:
    """Each pair of names whose prefixes overlap."""
    for (one, first), (other, second) in combinations(named, 2):
        if first.overlaps(second):
            yield one, other


def _parsed[Kind](kind: Callable[[str], Kind], given: Any) -> Kind | None:
    if not isinstance(given, str):
        return None
    try:
        return kind(given)
    except ValueError:
        return None
