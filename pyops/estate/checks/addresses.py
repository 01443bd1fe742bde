"""Prefixes and VLANs: nothing overlaps, everything lies where it belongs."""

from collections.abc import Iterable, Iterator
from datetime import date
from ipaddress import IPv4Network

from pyops.estate.checks.cloud import cloud_prefixes
from pyops.estate.model import Estate
from pyops.estate.network import Circuit, Site, Zone
from pyops.estate.problems import Finding, Location


def check_addresses(estate: Estate, _today: date) -> Iterator[Finding]:
    """Overlaps between sites, zones, circuits and tunnels; zones outside their site; VLANs used twice."""
    yield from _overlaps(_prefixes(estate))
    for site in estate.sites.values():
        yield from _vlans(site)
        for zone in site.zones.values():
            yield from _zone(site, zone)
        for circuit in site.circuits.values():
            yield from _circuit(site, circuit)


def _prefixes(estate: Estate) -> Iterator[tuple[Location, IPv4Network]]:
    """All prefixes that must be apart, zones only within their site (a zone lies in its site's own prefix)."""
    for site in estate.sites.values():
        yield ("sites", site.id, "supernet"), site.supernet
        for circuit in site.circuits.values():
            yield ("sites", site.id, "circuits", circuit.id, "prefix"), circuit.prefix
    for link in estate.links.values():
        yield ("links", link.id, "prefix"), link.prefix
    yield from cloud_prefixes(estate)


def _overlaps(prefixes: Iterable[tuple[Location, IPv4Network]]) -> Iterator[Finding]:
    """Sorted by their first address only neighbours can overlap, save where one holds several: keep the widest open."""
    widest: tuple[Location, IPv4Network] | None = None
    for at, prefix in sorted(prefixes, key=lambda item: (int(item[1].network_address), item[1].prefixlen)):
        if widest and prefix.overlaps(widest[1]):
            yield Finding(at, prefix, f"overlaps {widest[1]} of {'.'.join(str(part) for part in widest[0][:-1])}")
        if widest is None or prefix.broadcast_address > widest[1].broadcast_address:
            widest = (at, prefix)


def _zone(site: Site, zone: Zone) -> Iterator[Finding]:
    at = ("sites", site.id, "zones", zone.id, "prefix")
    if not zone.prefix.subnet_of(site.supernet):
        yield Finding(at, zone.prefix, f"lies outside the site's supernet {site.supernet}")
    if len(zone.id) > 15:
        yield Finding(at[:-1], zone.id, "names an interface on hosts and may have 15 characters at most")


def _vlans(site: Site) -> Iterator[Finding]:
    seen: dict[int, str] = {}
    yield from _overlaps((("sites", site.id, "zones", zone.id, "prefix"), zone.prefix) for zone in site.zones.values())
    for kind, parts in (("zones", site.zones), ("circuits", site.circuits)):
        for part in parts.values():
            owner = f"{kind}.{part.id}"
            if seen.setdefault(part.vlan, owner) != owner:
                yield Finding(
                    ("sites", site.id, kind, part.id, "vlan"),
                    part.vlan,
                    f"is already the VLAN of {seen[part.vlan]} at {site.id}",
                )


def _circuit(site: Site, circuit: Circuit) -> Iterator[Finding]:
    at = ("sites", site.id, "circuits", circuit.id)
    for name, address in (("address", circuit.address), ("gateway", circuit.gateway)):
        if address not in circuit.prefix:
            yield Finding((*at, name), address, f"lies outside the circuit's prefix {circuit.prefix}")
        elif address in (circuit.prefix.network_address, circuit.prefix.broadcast_address):
            yield Finding(
                (*at, name), address, f"is reserved: the first and last address of {circuit.prefix} name the network"
            )
    if circuit.address == circuit.gateway:
        yield Finding((*at, "gateway"), circuit.gateway, "is the router's own address on this circuit")
    if len(circuit.interface) > 15:
        yield Finding(
            at, circuit.id, "a carrier's name may have 7 characters at most: it names an interface (circuit-NAME)"
        )
