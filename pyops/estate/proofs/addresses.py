"""The address plan: prefixes apart, every address in its prefix, none given twice."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network

from pyops.estate.addressing import Planned, Use, address_plan
from pyops.estate.model import Estate
from pyops.estate.proofs.claims import Proof, proved

type Place = tuple[str, IPv4Network]


def prove_prefixes_apart(estate: Estate) -> Proof:
    """Sites, circuits, links, hubs and spokes among each other; zones, loopback and staff's devices within a site."""
    groups = [list(_shared(estate)), *([*_within(estate, site)] for site in estate.sites)]
    found = next((clash for group in groups for clash in _overlaps(group)), "")
    pairs = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    return Proof("prefixes_apart", "no two prefixes of the plan overlap", pairs, found)


def prove_addresses_in_place(estate: Estate) -> Proof:
    """Every planned address, and the site's supernet around those of zones."""
    claim = "every planned address lies in the prefix of its zone, circuit or link, and every zone in its site's prefix"
    return proved("addresses_in_place", claim, _places(estate))


def prove_addresses_unique(estate: Estate) -> Proof:
    """Every planned address; a router's own tunnel and port addresses included."""
    return proved("addresses_unique", "no address is planned twice, nor for a host what a zone keeps", _uses(estate))


def _shared(estate: Estate) -> Iterator[Place]:
    for site in estate.sites.values():
        yield f"site {site.id}", site.supernet
        for circuit in site.circuits.values():
            yield f"circuit {circuit.id} of {site.id}", circuit.prefix
            yield f"peering {circuit.id} of {site.id}", IPv4Network(circuit.peering)
    for link in estate.links.values():
        yield f"link {link.id}", link.prefix
    for hub in estate.azure.hubs.values():
        yield f"hub {hub.id}", hub.prefix
        yield f"spoke {hub.id}", hub.spoke.prefix


def _within(estate: Estate, site: str) -> Iterator[Place]:
    for zone in estate.sites[site].zones.values():
        yield f"zone {zone.id} of {site}", zone.prefix
    yield f"loopback of {site}", IPv4Network(estate.sites[site].routing.loopback)
    if estate.staff_access and site in estate.staff_access.prefixes:
        yield f"devices of staff of {site}", estate.staff_access.prefixes[site]


def _overlaps(places: Iterable[Place]) -> Iterator[str]:
    """Sorted by first address, one prefix can only overlap the one that reaches furthest so far."""
    furthest: Place | None = None
    for name, prefix in sorted(places, key=lambda place: (place[1].network_address, place[1].prefixlen)):
        if furthest and prefix.overlaps(furthest[1]):
            yield f"{prefix} ({name}) overlaps {furthest[1]} ({furthest[0]})"
        if furthest is None or prefix.broadcast_address > furthest[1].broadcast_address:
            furthest = (name, prefix)


def _places(estate: Estate) -> Iterator[str | None]:
    for planned in address_plan(estate):
        where, supernet = f"{planned.address} of {planned.host}", estate.sites[planned.site].supernet
        if planned.address not in planned.prefix:
            yield f"{where} lies outside {planned.prefix} of {planned.interface}"
        elif planned.use in (Use.ZONE, Use.LOOPBACK) and planned.address not in supernet:
            yield f"{where} lies outside {supernet} of {planned.site}"
        else:
            yield None


def _uses(estate: Estate) -> Iterator[str | None]:
    kept = {
        address: f"the network of zone {zone.id} of {site.id} itself"
        for site in estate.sites.values()
        for zone in site.zones.values()
        for address in (zone.prefix.network_address, zone.out_of_band, zone.prefix.broadcast_address)
    }
    taken: dict[IPv4Address, str] = dict(kept)
    for planned in address_plan(estate):
        owner = taken.setdefault(planned.address, _owner(planned))
        yield None if owner == _owner(planned) else f"{planned.address} is of {owner} and of {_owner(planned)}"


def _owner(planned: Planned) -> str:
    return f"{planned.host} ({planned.interface})"
