"""Addresses of hosts: as they are written, or asked of the resolver, many at once since it may be slow."""

import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from typing import NamedTuple

from pyops.fleet.target import Target

_LOOKUPS = 32


class Resolved(NamedTuple):
    """A target with its IPv4 address; empty where its name has none."""

    target: Target
    address: str


def resolved(targets: Sequence[Target]) -> Iterator[Resolved]:
    """Every target with its address, in order."""
    if all(_is_address(target.address) for target in targets):
        yield from (Resolved(target, target.address) for target in targets)
        return
    pool = ThreadPoolExecutor(_LOOKUPS, "resolver")
    try:
        yield from pool.map(_resolve, targets)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _resolve(target: Target) -> Resolved:
    if _is_address(target.address):
        return Resolved(target, target.address)
    try:
        found = socket.getaddrinfo(target.address, target.port, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return Resolved(target, "")
    return Resolved(target, str(found[0][4][0]))


def _is_address(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True
