"""The hosts that follow from pools and desks: names, interfaces and addresses."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from pyops.estate.network import Circuit, Site, Zone
from pyops.estate.servers import Pool
from pyops.estate.service import Desk


@dataclass(frozen=True, slots=True)
class Interface:
    """A host's port on a zone or a circuit of its site; exactly one of `zone` and `carrier` is set."""

    name: str
    """As the operating system calls it, at most 15 characters."""
    address: IPv4Address
    prefix: IPv4Network
    gateway: IPv4Address
    zone: str | None = None
    carrier: str | None = None

    @property
    def mac(self) -> str:
        """A locally administered MAC address that follows from the IPv4 address."""
        return "02:00:" + ":".join(f"{octet:02x}" for octet in self.address.packed)


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a pool."""

    name: str
    site: str
    partner: str
    pool: Pool
    interfaces: tuple[Interface, ...]

    @property
    def address(self) -> IPv4Address:
        """Where it is managed: its address in the pool's own zone."""
        return next(i.address for i in self.interfaces if i.zone == self.pool.zone)

    @property
    def zone(self) -> str:
        """The zone that the server works in."""
        return self.pool.zone


def zone_interface(zone: Zone, address: IPv4Address) -> Interface:
    """A port in a zone."""
    return Interface(name=zone.id, address=address, prefix=zone.prefix, gateway=zone.gateway, zone=zone.id)


def circuit_interface(circuit: Circuit) -> Interface:
    """The router's port on a carrier's circuit."""
    return Interface(
        name=circuit.interface,
        address=circuit.address,
        prefix=circuit.prefix,
        gateway=circuit.gateway,
        carrier=circuit.id,
    )


def desk_interface(site: Site, zone: str, desk: Desk) -> Interface | None:
    """The desk's port, if its address is planned (in production desks get theirs by DHCP)."""
    return None if desk.address is None else zone_interface(site.zones[zone], desk.address)


def pool_address(zone: Zone, pool: Pool, number: int) -> IPv4Address | None:
    """The planned address of a pool's server, counted from 1; nothing where the zone is too small for it."""
    offset = (pool.first or 0) + number - 1
    return zone.prefix[offset] if offset < zone.prefix.num_addresses else None


def _interfaces(site: Site, pool: Pool, number: int) -> tuple[Interface, ...]:
    if pool.gateway:
        zones = sorted(site.zones.values(), key=lambda zone: zone.id != pool.zone)
        return (*(zone_interface(z, z.gateway) for z in zones), *(circuit_interface(c) for c in site.circuits.values()))
    zone = site.zones[pool.zone]
    address = pool_address(zone, pool, number)
    return () if address is None else (zone_interface(zone, address),)


def servers_of(site: Site, pool: Pool) -> tuple[Server, ...]:
    """The servers that a pool has at a site."""
    return tuple(
        Server(f"{site.id}-{pool.id}-{number:02}", site.id, site.partner, pool, _interfaces(site, pool, number))
        for number in range(1, pool.count.get(site.id, 0) + 1)
    )
