"""Virtual networks and their subnets.

Sources: Microsoft's virtual network documentation: subnets inside of the address space and apart, a /29 at the
smallest; the errors InUseSubnetCannotBeDeleted and InUsePrefixCannotBeDeleted.
"""

from collections.abc import Iterator

from pyops.emulator.rules import ranges
from pyops.emulator.rules.rule import Rule, Rules, Write
from pyops.emulator.values import Properties, at

_SMALLEST = 29


def _problems(inputs: Properties) -> Iterator[str]:
    space = at(inputs, "addressSpace.addressPrefixes[]")
    found = []
    for number, subnet in enumerate(at(inputs, "subnets[]")):
        for given in at(subnet, "addressPrefix"):
            if not isinstance(given, str):
                continue
            yield from _prefix_problems(given, space, f"subnets[{number}].addressPrefix")
            found += [(str(subnet.get("name")), prefix) for prefix in ranges.prefixes([given])]
    for one, other in ranges.overlaps(found):
        yield f"subnets: {one} and {other} overlap, a network's subnets are apart"


def _prefix_problems(given: str, space: list[object], path: str) -> Iterator[str]:
    prefix = ranges.prefix(given)
    if prefix is None or prefix.prefixlen > _SMALLEST:
        yield f"{path}: {given!r}, must be an IPv4 prefix of at least /{_SMALLEST}"
    elif all(isinstance(one, str) for one in space) and not any(map(prefix.subnet_of, ranges.prefixes(space))):
        yield f"{path}: {given}, lies outside of the network's address space"


def _used_subnets(write: Write) -> Iterator[str]:
    now = _prefixes(write.inputs)
    for name, prefix in _prefixes(write.before or {}).items():
        users = write.neighbours.users(f"{write.id}/subnets/{name}") if now.get(name) != prefix else []
        if users:
            yield f"its subnet {name} is in use by {users[0].id}, a subnet in use can neither go nor move"


def _prefixes(inputs: Properties) -> dict[str, object]:
    return {str(subnet.get("name")).lower(): subnet.get("addressPrefix") for subnet in at(inputs, "subnets[]")}


RULES: Rules = {
    "azure-native:network:VirtualNetwork": (
        Rule("subnets that overlap, lie outside of its address space or are smaller than /29", alone=_problems),
        Rule("removing or moving a subnet in use", among=_used_subnets),
    ),
}
