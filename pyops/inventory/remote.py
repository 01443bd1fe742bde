"""What gateways of staff's devices need to know, and the routers before them."""

from collections.abc import Iterator
from typing import Any

from pyops.estate.hosts import Server
from pyops.estate.model import Estate

Variables = dict[str, Any]


def staff_access_variables(estate: Estate, server: Server) -> Variables:
    """What is true for a gateway: whose devices come in, by which addresses, and what they reach."""
    access = estate.staff_access
    if access is None or server.pool.id != access.pool:
        return {}
    zones = (site.zones.get(server.zone) for site in estate.sites.values())
    return {
        "estate_staff_access": {
            "groups": list(access.groups),
            "port": access.port,
            "prefix": str(access.prefixes[server.site]),
            "networks": [str(zone.prefix) for zone in zones if zone],
            "services": [
                {"protocol": str(port.protocol), "ports": "echo" if port.protocol == "icmp" else port.ports}
                for service in access.services
                for port in estate.services[service]
            ],
        }
    }


def forwarding_variables(estate: Estate, name: str) -> Variables:
    """What a site's router passes on from its circuits, and by which gateway the answers leave on each of them."""
    forwards = list(_forwards(estate, name))
    circuits = estate.sites[name].circuits.values()
    return {
        "estate_forwards": forwards,
        "estate_circuit_gateways": {one.interface: str(one.gateway) for one in circuits} if forwards else {},
    }


def _forwards(estate: Estate, name: str) -> Iterator[Variables]:
    access = estate.staff_access
    gateways = [one for one in estate.servers if access and (one.site, one.pool.id) == (name, access.pool)]
    if access and gateways:
        yield {"protocol": "udp", "port": access.port, "address": str(gateways[0].address)}
