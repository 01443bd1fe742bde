"""The address plan: every planned address of every host, tunnels and loopbacks included."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from pyops.estate.hosts import Interface, Server, desk_interface
from pyops.estate.model import Estate


class Use(StrEnum):
    """What an address is for."""

    ZONE = "zone"
    CIRCUIT = "circuit"
    TUNNEL = "tunnel"
    LOOPBACK = "loopback"
    PEERING = "peering"


@dataclass(frozen=True, slots=True)
class Planned:
    """One address of one host."""

    host: str
    site: str
    use: Use
    interface: str
    address: IPv4Address
    prefix: IPv4Network
    mac: str | None = None
    """Only of ports that the plan gives one."""


def address_plan(estate: Estate) -> Iterator[Planned]:
    """All planned addresses: servers by site and pool, then the desks of the register that have one."""
    for server in estate.servers:
        yield from (_port(server.name, server.site, port) for port in server.interfaces)
        if server.pool.gateway:
            yield from _router(estate, server)
    for desk in estate.desktops.desks:
        port = desk_interface(estate.sites[desk.site], estate.desktops.zone, desk)
        if port is not None:
            yield _port(desk.name, desk.site, port)


def _port(host: str, site: str, port: Interface) -> Planned:
    return Planned(host, site, Use.ZONE if port.zone else Use.CIRCUIT, port.name, port.address, port.prefix, port.mac)


def _router(estate: Estate, router: Server) -> Iterator[Planned]:
    """A router's addresses that belong to no port: its tunnels and its loopbacks."""
    site = estate.sites[router.site]
    for link in estate.links_of(site.id):
        yield Planned(router.name, site.id, Use.TUNNEL, link.interface(site.id), link.address(site.id), link.prefix)
    yield _loopback(router, Use.LOOPBACK, site.routing.loopback)
    for circuit in site.circuits.values():
        yield _loopback(router, Use.PEERING, circuit.peering)


def _loopback(router: Server, use: Use, address: IPv4Address) -> Planned:
    return Planned(router.name, router.site, use, "lo", address, IPv4Network(address))
