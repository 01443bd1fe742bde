"""Inbound endpoints of DNS resolvers: where they may stand.

Source: Microsoft's documentation of the DNS private resolver (a subnet of the resolver's own network, delegated to it,
at least a /28), and of virtual networks (the first four addresses of a subnet and the last are Azure's).
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from pyops.emulator.identity import key, parent_of
from pyops.emulator.parts import part
from pyops.emulator.rules import ranges
from pyops.emulator.rules.rule import Rule, Rules, Write
from pyops.emulator.values import Properties, at

_DELEGATION = "Microsoft.Network/dnsResolvers"
_SMALLEST = 28
KEPT = 4
"""How many addresses at the beginning of a subnet Azure keeps; it keeps the last one too."""


def _where(write: Write) -> Iterator[str]:
    resolver = write.neighbours.find(parent_of(write.id) or "")
    networks = [key(network) for network in at(resolver.inputs, "virtualNetwork.id")] if resolver else []
    for configuration in at(write.inputs, "ipConfigurations[]"):
        for subnet in at(configuration, "subnet.id"):
            if key(parent_of(subnet) or "") not in networks:
                yield f"its subnet {subnet} is not one of its resolver's network"
            found = part(subnet, write.neighbours)
            if found:
                yield from _fits(configuration, found)


def _fits(configuration: Properties, subnet: Properties) -> Iterator[str]:
    if _DELEGATION not in at(subnet, "delegations[].serviceName"):
        yield f"its subnet {subnet.get('name')} is not delegated to {_DELEGATION}"
    for prefix in ranges.prefixes(at(subnet, "addressPrefix")):
        if prefix.prefixlen > _SMALLEST:
            yield f"its subnet's {prefix} is too small, a resolver needs at least /{_SMALLEST}"
        for given in at(configuration, "privateIpAddress"):
            if not _assignable(given, prefix):
                yield f"its address {given} is not for giving in {prefix}, Azure keeps the first {KEPT} and the last"


def _assignable(given: object, prefix: IPv4Network) -> bool:
    address = ranges.address(given)
    return address is not None and address in prefix and prefix[KEPT] <= address < prefix[-1]


RULES: Rules = {
    "azure-native:dnsresolver:InboundEndpoint": (
        Rule("a subnet of another network, not delegated or below /28, an address that Azure keeps", among=_where),
    ),
}
