"""The lab's desks: nobody's cloud resource, so the lab itself boots those of the register."""

from collections.abc import Iterator

from pyops.estate import Estate
from pyops.estate.azure import zone_network
from pyops.estate.hosts import desk_interface
from pyops.estate.service import Desk
from pyops.lab import Host, Lab, Port, hosts, ports

MEMORY_MIB = 512


def boot_desks(lab: Lab, estate: Estate, key: str) -> None:
    """Boot every desk of the register that has a planned address, and drop the lab's desks that it no longer has."""
    wanted = {host.name: (host, port) for host, port in _desks(estate, key)}
    servers = {server.name for server in estate.servers}
    for host in hosts.every(lab):
        if host.image == estate.desktops.image and host.name not in wanted | dict.fromkeys(servers):
            hosts.delete(lab, host.name)
            for name in host.ports:
                ports.delete(lab, name)
    for host, port in wanted.values():
        ports.create(lab, port)
        hosts.create(lab, host)


def _desks(estate: Estate, key: str) -> Iterator[tuple[Host, Port]]:
    for desk in estate.desktops.desks:
        port = _port(estate, desk)
        if port:
            yield (
                Host(
                    name=desk.name,
                    image=estate.desktops.image,
                    ports=(port.name,),
                    disks=(),
                    processors=1,
                    memory_mb=MEMORY_MIB,
                    authorized_keys=(key,),
                    domain=estate.domain,
                ),
                port,
            )


def _port(estate: Estate, desk: Desk) -> Port | None:
    interface = desk_interface(estate.sites[desk.site], estate.desktops.zone, desk)
    if interface is None:
        return None
    network = zone_network(desk.site, estate.desktops.zone)
    return Port(f"nic-{desk.name}-{interface.name}", network, interface.address, interface.mac)
