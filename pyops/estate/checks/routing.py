"""BGP: numbers and addresses that Azure and the other sites accept."""

from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address

from pyops.estate.model import Estate
from pyops.estate.network import Site
from pyops.estate.problems import Finding, Location

# Azure's VPN gateways refuse these as a peer's number: https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-bgp-overview
AZURE_ASNS = (8074, 8075, 12076, 65515, *range(65517, 65521))
IANA_ASNS = (23456, *range(64496, 64512), *range(65535, 65552))


def check_routing(estate: Estate, _today: date) -> Iterator[Finding]:
    """AS numbers used twice or reserved, loopbacks and peering addresses out of place or used twice."""
    numbers: dict[int, str] = {}
    addresses: dict[IPv4Address, Location] = {}
    for site in estate.sites.values():
        at = ("sites", site.id, "routing")
        asn = site.routing.asn
        if asn in AZURE_ASNS or asn in IANA_ASNS:
            yield Finding(
                (*at, "asn"),
                asn,
                f"is reserved by {'Azure' if asn in AZURE_ASNS else 'IANA'}: private numbers are 64512 to 65534",
            )
        if numbers.setdefault(asn, site.id) != site.id:
            yield Finding((*at, "asn"), asn, f"is already the AS number of {numbers[asn]}")
        yield from _loopback(site)
        yield from _peering(estate, site, addresses)


def _loopback(site: Site) -> Iterator[Finding]:
    at, loopback = ("sites", site.id, "routing", "loopback"), site.routing.loopback
    if loopback not in site.supernet:
        yield Finding(at, loopback, f"lies outside the site's supernet {site.supernet}")
    for zone in site.zones.values():
        if loopback in zone.prefix:
            yield Finding(at, loopback, f"lies in the zone {zone.id} ({zone.prefix}): a loopback stands alone")


def _peering(estate: Estate, site: Site, seen: dict[IPv4Address, Location]) -> Iterator[Finding]:
    for circuit in site.circuits.values():
        at: Location = ("sites", site.id, "circuits", circuit.id, "peering")
        inside = [other.id for other in estate.sites.values() if circuit.peering in other.supernet]
        if inside:
            yield Finding(
                at,
                circuit.peering,
                f"lies in the address space of {inside[0]}: Azure wants the peering address outside of it",
            )
        if circuit.peering in circuit.prefix:
            yield Finding(at, circuit.peering, "must not be a public address of the circuit")
        if seen.setdefault(circuit.peering, at) != at:
            yield Finding(
                at,
                circuit.peering,
                f"is already the peering address of {'.'.join(map(str, seen[circuit.peering][1:4]))}",
            )
