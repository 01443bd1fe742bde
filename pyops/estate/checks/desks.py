"""The asset register: desks at known places, with names and addresses of their own."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address

from pyops.estate.model import Estate
from pyops.estate.network import Zone
from pyops.estate.problems import Finding, Location, unknown
from pyops.estate.service import Desk

RESERVED = 4
"""Addresses of a zone that no desk can have: network, gateway, out-of-band access, broadcast."""


def check_desks(estate: Estate, _today: date) -> Iterator[Finding]:
    """Names used twice, unknown sites, partners and rings, addresses outside the desks' zone or taken."""
    names = {server.name: "a server" for server in estate.servers}
    addresses = {port.address: server.name for server in estate.servers for port in server.interfaces}
    for number, desk in enumerate(estate.desktops.desks):
        at: Location = ("desktops", "desks", number)
        yield from _names(estate, desk, at)
        if desk.name in names:
            yield Finding((*at, "name"), desk.name, f"is already the name of {names[desk.name]}")
        names[desk.name] = "another desk"
        if desk.site in estate.sites:
            yield from _placed(estate, desk, at, addresses)
    yield from _sizes(estate)


def _names(estate: Estate, desk: Desk, at: Location) -> Iterator[Finding]:
    yield from unknown("site", (*at, "site"), desk.site, estate.sites)
    yield from unknown("partner", (*at, "partner"), desk.partner, estate.partners)
    yield from unknown("ring", (*at, "ring"), desk.ring, estate.patches.rings)


def _sizes(estate: Estate) -> Iterator[Finding]:
    for site, count in Counter(desk.site for desk in estate.desktops.desks).items():
        zone = _zone(estate, site)
        if zone and count > zone.prefix.num_addresses - RESERVED:
            at = ("sites", site, "zones", zone.id, "prefix")
            yield Finding(at, zone.prefix, f"is too small for the register's desks at {site}: {count:,}")


def _zone(estate: Estate, site: str) -> Zone | None:
    return estate.sites[site].zones.get(estate.desktops.zone) if site in estate.sites else None


def _placed(estate: Estate, desk: Desk, at: Location, addresses: dict[IPv4Address, str]) -> Iterator[Finding]:
    zone, address = _zone(estate, desk.site), desk.address
    if zone is None and estate.desktops.zone in estate.zones:
        yield Finding((*at, "site"), desk.site, f"has no zone {estate.desktops.zone} for desks")
    if zone is None or address is None:
        return
    here = (*at, "address")
    if address not in zone.prefix:
        yield Finding(here, address, f"lies outside the zone {zone.id} of {desk.site} ({zone.prefix})")
    elif address in (zone.prefix[0], zone.gateway, zone.out_of_band, zone.prefix[-1]):
        rule = f"is reserved in {zone.prefix}: network, gateway, out-of-band access or broadcast"
        yield Finding(here, address, rule)
    elif addresses.setdefault(address, desk.name) != desk.name:
        yield Finding(here, address, f"is already the address of {addresses[address]}")
