"""Logical networks of Azure Local: one subnet, IP pools inside of it, apart from each other on one VLAN.

Source: Microsoft's documentation of Azure Local's logical networks ("IP pools on one VLAN may not overlap").
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from pyops.emulator.identity import key
from pyops.emulator.rules import ranges
from pyops.emulator.rules.rule import Label, Rule, Rules, Write
from pyops.emulator.values import UNKNOWN, Properties, at

_LARGEST_VLAN = 4094
Pool = tuple[IPv4Address, IPv4Address]


def _problems(inputs: Properties) -> Iterator[str]:
    subnets = at(inputs, "subnets[]")
    if len(subnets) > 1:
        yield f"subnets: {len(subnets)} of them, a logical network has one"
    for number, subnet in enumerate(subnets):
        if isinstance(subnet, dict):
            yield from _subnet_problems(subnet, f"subnets[{number}]")


def _subnet_problems(subnet: Properties, path: str) -> Iterator[str]:
    vlan = subnet.get("vlan", 0)
    if isinstance(vlan, int) and not 0 <= vlan <= _LARGEST_VLAN:
        yield f"{path}.vlan: {vlan}, must be between 0 and {_LARGEST_VLAN}"
    given = subnet.get("addressPrefix")
    if given is None or given is UNKNOWN:
        return
    prefix = ranges.prefix(given)
    if prefix is None:
        yield f"{path}.addressPrefix: {given!r}, must be an IPv4 prefix such as 10.10.20.0/24"
        return
    for number, pool in enumerate(at(subnet, "ipPools[]")):
        yield from _pool_problems(pool, prefix, f"{path}.ipPools[{number}]")


def _pool_problems(pool: Properties, prefix: IPv4Network, path: str) -> Iterator[str]:
    ends = [pool.get("start"), pool.get("end")]
    if UNKNOWN in ends:
        return
    start, end = (ranges.address(value) for value in ends)
    if start is None or end is None or start not in prefix or end not in prefix or start > end:
        yield f"{path}: {ends[0]} to {ends[1]}, must be a range of addresses in {prefix}"


def pools(inputs: Properties) -> list[Pool]:
    """A logical network's IP pools, first and last address of each."""
    ends = [(ranges.address(pool.get("start")), ranges.address(pool.get("end"))) for pool in _given_pools(inputs)]
    return [(start, end) for start, end in ends if start and end]


def _given_pools(inputs: Properties) -> list[Any]:
    return at(inputs, "subnets[].ipPools[]")


def _lanes(_: str, inputs: Properties) -> Iterator[Label]:
    """Its cluster and VLAN: those are what pools must be apart on."""
    for cluster in at(inputs, "extendedLocation.name"):
        for vlan in {subnet.get("vlan", 0) for subnet in at(inputs, "subnets[]")}:
            yield Label(f"vlan {vlan} of {key(str(cluster))}", f"VLAN {vlan}", one=False)


def _overlapping_pools(write: Write) -> Iterator[str]:
    for lane in _lanes(write.id, write.inputs):
        for other in write.neighbours.labelled(lane.text):
            theirs = pools(other.inputs)
            for start, end in pools(write.inputs):
                if any(start <= last and first <= end for first, last in theirs):
                    yield f"its IP pool {start} to {end} overlaps one of {other.id} on {lane.what} of the same cluster"


RULES: Rules = {
    "azure-native:azurestackhci:LogicalNetwork": (
        Rule("more than one subnet, a VLAN beyond 4094, a pool outside of its prefix", alone=_problems),
        Rule("overlapping IP pools on one VLAN of a cluster", among=_overlapping_pools, labels=_lanes),
    ),
}
