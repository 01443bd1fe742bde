"""No address that the plan does not hold."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Any

from pyops.estate import Estate
from pyops.policies.policy import NETWORK, Breach, Plan, Policy, benchmark

WELL_KNOWN = frozenset({"0.0.0.0/0"})
"""What is of no network: everywhere, as in a default route."""

_ADDRESS = re.compile(r"(?<![\w./-])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]*\w)")
_NO_ADDRESSES = ("version",)
"""Inputs with one of these in their name hold numbers that only look like an address."""


def planned_prefixes(estate: Estate) -> tuple[IPv4Network, ...]:
    """Every prefix of the estate's plan, and what Azure minted for its gateways."""
    sites, hubs = estate.sites.values(), estate.azure.hubs.values()
    circuits = [circuit for site in sites for circuit in site.circuits.values()]
    recorded = [end for ends in estate.azure.gateways.values() for end in ends]
    return (
        *(site.supernet for site in sites),
        *(circuit.prefix for circuit in circuits),
        *(IPv4Network(circuit.peering) for circuit in circuits),
        *(link.prefix for link in estate.links.values()),
        *(hub.prefix for hub in hubs),
        *(hub.spoke.prefix for hub in hubs),
        *(IPv4Network(end.public) for end in recorded),
        *(IPv4Network(end.peering) for end in recorded),
    )


def _addresses(estate: Estate, plan: Plan) -> Iterator[Breach]:
    prefixes = planned_prefixes(estate)
    for resource in plan:
        for path, text in _texts(resource.inputs, ""):
            for given in _ADDRESS.findall(text):
                if given not in WELL_KNOWN and not _is_planned(given, prefixes):
                    yield Breach(f"{path} holds {given}, which no prefix of the estate holds", resource)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if not any(word in name.lower() for word in _NO_ADDRESSES):
                yield from _texts(item, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{path}[{number}]")
    elif isinstance(value, str):
        yield path, value


def _is_planned(given: str, prefixes: tuple[IPv4Network, ...]) -> bool:
    try:
        network = IPv4Network(given, strict=False)
    except (AddressValueError, NetmaskValueError):
        return True
    return any(network.subnet_of(prefix) for prefix in prefixes)


planned_addresses = Policy(
    "planned_addresses",
    "no address or prefix outside the plan",
    "An address that the plan does not know belongs to somebody else, or soon will.",
    (benchmark("NS-1", NETWORK),),
    _addresses,
    hidden="a value that is not shown is passed over",
)
