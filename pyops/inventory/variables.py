"""The variables that Ansible sees: plain types, computed from the model once.

All begin with `estate_`. Roles never read them: the bridge files under `playbooks/group_vars` turn them into arguments.
"""

from typing import Any

from pyops.estate.hosts import Interface, Server, desk_interface
from pyops.estate.model import Estate
from pyops.estate.service import Desk
from pyops.inventory.hubs import hub_routes, hub_variables
from pyops.inventory.remote import forwarding_variables

Variables = dict[str, Any]


def estate_variables(estate: Estate) -> Variables:
    """What is true for every host."""
    return {
        "estate_name": estate.name,
        "estate_domain": estate.domain,
        "estate_accounts": {account.id: account.model_dump(mode="json") for account in estate.accounts.values()},
        "estate_packages": estate.packages.model_dump(mode="json"),
        "estate_host_addresses": {name: str(address) for name, address in estate.addresses.items()},
    }


def gateway_variables(estate: Estate) -> Variables:
    """What every router needs to know to tell allowed traffic from the rest."""
    return {
        "estate_zone_prefixes": _zone_prefixes(estate),
        "estate_flows": [flow.model_dump(mode="json", by_alias=True) for flow in estate.flows],
        "estate_services": {
            name: [{"protocol": str(port.protocol), "ports": port.ports} for port in ports]
            for name, ports in estate.services.items()
        },
    }


def server_variables(server: Server) -> Variables:
    """What is true for one server."""
    return {
        "estate_kind": "server",
        "estate_site": server.site,
        "estate_partner": server.partner,
        "estate_pool": server.pool.id,
        "estate_ring": server.pool.ring,
        "estate_zone": server.zone,
        "estate_address": str(server.address),
        "estate_interfaces": [_interface(interface) for interface in server.interfaces],
    }


def desk_variables(estate: Estate, desk: Desk) -> Variables:
    """What is true for one desk of the register."""
    interface = desk_interface(estate.sites[desk.site], estate.desktops.zone, desk)
    return {
        "estate_kind": "desk",
        "estate_site": desk.site,
        "estate_partner": desk.partner,
        "estate_ring": desk.ring,
        "estate_zone": estate.desktops.zone,
        "estate_model": desk.model,
        "estate_address": str(desk.address) if desk.address else None,
        "estate_interfaces": [_interface(interface)] if interface else [],
    }


def router_variables(estate: Estate, name: str) -> Variables:
    """What a site's router needs to know of its tunnels and of BGP."""
    site = estate.sites[name]
    zones = {zone.id: str(zone.prefix) for zone in site.zones.values()}
    peers = [(link, estate.sites[link.other(name)]) for link in estate.links_of(name)]
    return {
        "estate_site_zones": zones,
        "estate_routing": {
            "asn": site.routing.asn,
            "loopback": str(site.routing.loopback),
            "networks": list(zones.values()),
        },
        "estate_tunnels": [
            {
                "link": link.id,
                "interface": link.interface(name),
                "carrier": link.carrier,
                "circuit_interface": site.circuits[link.carrier].interface,
                "peer_site": peer.id,
                "peer_asn": peer.routing.asn,
                "port": link.port,
                "address": str(link.address(name)),
                "prefix_length": link.prefix.prefixlen,
                "peer_address": str(link.address(peer.id)),
                "endpoint": str(peer.circuits[link.carrier].address),
            }
            for link, peer in peers
        ],
        "estate_carrier_routes": [
            {
                "destination": f"{peer.circuits[link.carrier].address}/32",
                "gateway": str(site.circuits[link.carrier].gateway),
                "carrier": link.carrier,
            }
            for link, peer in peers
        ]
        + hub_routes(estate, name),
        **hub_variables(estate, name),
        **forwarding_variables(estate, name),
    }


def _zone_prefixes(estate: Estate) -> dict[str, list[str]]:
    prefixes: dict[str, list[str]] = {}
    for site in estate.sites.values():
        for zone in site.zones.values():
            prefixes.setdefault(zone.id, []).append(str(zone.prefix))
    return prefixes


def _interface(interface: Interface) -> Variables:
    return {
        "name": interface.name,
        "mac": interface.mac,
        "address": str(interface.address),
        "prefix": str(interface.prefix),
        "prefix_length": interface.prefix.prefixlen,
        "gateway": str(interface.gateway),
        "zone": interface.zone,
        "carrier": interface.carrier,
    }
