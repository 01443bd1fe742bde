"""What a site's router needs to know of the Azure hubs: tunnels to the ends of their gateways, who speaks BGP, spokes.

FRR knows a neighbour by its address alone, so each end of a gateway has one session, and the carriers take turns:
with two ends and two carriers every hub is reached over both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyops.estate.azure import HUB_ASN, hub_tunnel
from pyops.estate.cloud import GatewayAddress
from pyops.estate.model import Estate
from pyops.estate.network import Circuit
from pyops.estate.reachability import reaches_spokes


@dataclass(frozen=True, slots=True)
class HubEnd:
    """One end of a hub's gateway with the circuit by which a site reaches it."""

    region: str
    number: int
    gateway: GatewayAddress
    circuit: Circuit

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.region}-{self.number}"

    @property
    def interface(self) -> str:
        """The tunnel's interface: named by the hub's address inside it, which is unique and fits 15 characters."""
        return f"hub-{int(self.gateway.peering):08x}"


def hub_ends(estate: Estate, site: str) -> Iterator[HubEnd]:
    """All recorded ends, none before the hubs are there."""
    circuits = list(estate.sites[site].circuits.values())
    for region, ends in estate.azure.gateways.items():
        for number, end in enumerate(ends):
            yield HubEnd(region, number, end, circuits[number % len(circuits)])


def hub_variables(estate: Estate, site: str) -> dict[str, Any]:
    """The tunnels of a site's router, its neighbours at their far ends, and what hosts reach behind those."""
    ends = list(hub_ends(estate, site))
    return {
        "estate_hub_tunnels": [
            {
                "name": end.name,
                "interface": end.interface,
                "interface_id": int(end.gateway.peering),
                "key": hub_tunnel(site, end.circuit.id, end.region),
                "address": str(end.circuit.address),
                "endpoint": str(end.gateway.public),
            }
            for end in ends
        ],
        "estate_hub_neighbours": [
            {
                "name": end.name,
                "interface": end.interface,
                "circuit_interface": end.circuit.interface,
                "endpoint": str(end.gateway.public),
                "address": str(end.circuit.peering),
                "peer_address": str(end.gateway.peering),
                "peer_asn": HUB_ASN,
            }
            for end in ends
        ],
        "estate_spokes": _spokes(estate),
        "estate_spoke_zones": list(reaches_spokes(estate, site)),
    }


def hub_routes(estate: Estate, site: str) -> list[dict[str, str]]:
    """By which carrier's gateway each end is reached, so that a tunnel never leaves by the other carrier."""
    return [
        {
            "destination": f"{end.gateway.public}/32",
            "gateway": str(end.circuit.gateway),
            "carrier": end.circuit.id,
        }
        for end in hub_ends(estate, site)
    ]


def _spokes(estate: Estate) -> list[dict[str, str]]:
    """Of all hubs once any gateway is there, since hubs reach one another's spokes."""
    return [
        {
            "name": hub.id,
            "prefix": str(hub.spoke.prefix),
            "endpoints": str(hub.spoke.endpoints),
            "resolver": str(hub.spoke.resolver_address),
        }
        for hub in (estate.azure.hubs.values() if estate.azure.gateways else ())
    ]
