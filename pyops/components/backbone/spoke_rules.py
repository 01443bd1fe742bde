"""What a spoke itself lets in, should a packet ever come to it past the firewall."""

from collections.abc import Iterable
from ipaddress import IPv4Network

from pulumi_azure_native import network

from pyops.estate import Estate
from pyops.estate.cloud import Hub
from pyops.estate.reachability import reaches_spokes


def spoke_rules(estate: Estate, place: Hub) -> list[network.SecurityRuleArgs]:
    """Https to endpoints from the hubs' firewalls, which ask for the hosts; dns to the resolver from both.

    Without the last rule Azure's own would let in all that the spoke has a route to.
    """
    hubs = [hub.prefix for hub in estate.azure.hubs.values()]
    hosts = [site.zones[zone].prefix for site in estate.sites.values() for zone in reaches_spokes(estate, site.id)]
    return [
        _allowed("firewalls-to-endpoints-https", 100, hubs, place.spoke.endpoints, "Tcp", "443"),
        _allowed("hosts-to-resolver-dns", 110, [*hosts, *hubs], place.spoke.resolver, "*", "53"),
        network.SecurityRuleArgs(
            name="nothing-else",
            priority=4096,
            direction="Inbound",
            access="Deny",
            protocol="*",
            source_address_prefix="VirtualNetwork",
            source_port_range="*",
            destination_address_prefix="*",
            destination_port_range="*",
        ),
    ]


def _allowed(
    name: str, priority: int, sources: Iterable[IPv4Network], destination: IPv4Network, protocol: str, port: str
) -> network.SecurityRuleArgs:
    return network.SecurityRuleArgs(
        name=name,
        priority=priority,
        direction="Inbound",
        access="Allow",
        protocol=protocol,
        source_address_prefixes=[str(prefix) for prefix in sources],
        source_port_range="*",
        destination_address_prefix=str(destination),
        destination_port_range=port,
    )
