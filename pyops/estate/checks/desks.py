"""The asset register: desks at known places, with names and addresses of their own."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address

from pyops.estate.model import Estate
from pyops.estate.network import Zone
from pyops.estate.problems import Finding, nearest
from pyops.estate.service import Desk


def check_desks(estate: Estate, _today: date) -> Iterator[Finding]:
    """Names used twice, unknown sites, partners and rings, addresses outside the desks' zone or taken."""
    names: dict[str, str] = {server.name: "a server" for server in estate.servers}
    addresses: dict[IPv4Address, str] = {i.address: server.name for server in estate.servers for i in server.interfaces}
    desks = Counter(desk.site for desk in estate.desktops.desks)
    for number, desk in enumerate(estate.desktops.desks):
        at = ("desktops", "desks", number)
        for what, name, known in (
            ("site", desk.site, estate.sites),
            ("partner", desk.partner, estate.partners),
            ("ring", desk.ring, estate.patches.rings),
        ):
            if name not in known:
                yield Finding((*at, what), name, f"is not a {what} of this estate{nearest(name, known)}")
        if desk.name in names:
            yield Finding((*at, "name"), desk.name, f"is already the name of {names[desk.name]}")
        names[desk.name] = "another desk"
        if desk.site in estate.sites:
            yield from _placed(estate, desk, number, addresses)
    for site, count in desks.items():
        zone = _zone(estate, site)
        if zone and count > zone.prefix.num_addresses - 4:
            yield Finding(
                ("sites", site, "zones", zone.id, "prefix"),
                zone.prefix,
                f"is too small for the {count} desks that the register has at {site}",
            )


def _zone(estate: Estate, site: str) -> Zone | None:
    return estate.sites[site].zones.get(estate.desktops.zone) if site in estate.sites else None


def _placed(estate: Estate, desk: Desk, number: int, addresses: dict[IPv4Address, str]) -> Iterator[Finding]:
    at, zone = ("desktops", "desks", number), _zone(estate, desk.site)
    if zone is None:
        yield Finding((*at, "site"), desk.site, f"has no zone {estate.desktops.zone} for desks")
    if zone is None or desk.address is None:
        return
    if desk.address not in zone.prefix:
        yield Finding((*at, "address"), desk.address, f"lies outside the zone {zone.id} of {desk.site} ({zone.prefix})")
    elif desk.address in (zone.prefix.network_address, zone.gateway, zone.out_of_band, zone.prefix.broadcast_address):
        yield Finding(
            (*at, "address"),
            desk.address,
            f"is reserved in {zone.prefix}: network, gateway, out-of-band access or broadcast",
        )
    if addresses.setdefault(desk.address, desk.name) != desk.name:
        yield Finding((*at, "address"), desk.address, f"is already the address of {addresses[desk.address]}")
