"""What the hubs' firewalls let pass: the same flows as the routers' own rules, and what hosts need of the spokes.

Traffic within a site never comes to a hub, so a flow of scope `site` makes no rule here. Azure's rules know no kind of
ICMP message: where a flow allows the echo request they let all of ICMP pass, and the routers at both ends only that.
"""

from collections.abc import Iterator

from pulumi_azure_native import network

from pyops.estate import Estate
from pyops.estate.azure import ip_group, private_zones
from pyops.estate.network import Protocol, ServicePort, Site
from pyops.estate.reachability import allowed, reaches_spokes

HUBS = "hubs"
"""The set of addresses of the hubs themselves."""
DNS_PORT = "53"
HTTPS_PORT = 443


def between_sites(estate: Estate) -> list[network.NetworkRuleArgs]:
    """A rule for every zone of every site, service and protocol that flows let go to a zone of other sites."""
    return [
        rule
        for site in estate.sites.values()
        for start in site.zones
        for end in estate.zones
        for rule in _from_zone(estate, site, start, end)
    ]


def _from_zone(estate: Estate, site: Site, start: str, end: str) -> Iterator[network.NetworkRuleArgs]:
    others = [other.id for other in estate.sites.values() if other is not site and end in other.zones]
    services = {other: allowed(estate, site.id, start, other, end) for other in others}
    for service, ports in estate.services.items():
        destinations = [ip_group(estate, other, end) for other in others if service in services[other]]
        for protocol in dict.fromkeys(port.protocol for port in ports) if destinations else ():
            yield network.NetworkRuleArgs(
                rule_type="NetworkRule",
                name=f"{site.id}-{start}-to-{end}-{service}-{protocol}",
                ip_protocols=[protocol.upper()],
                source_ip_groups=[ip_group(estate, site.id, start)],
                destination_ip_groups=destinations,
                destination_ports=_ports(ports, protocol),
            )


def _ports(ports: tuple[ServicePort, ...], protocol: Protocol) -> list[str]:
    if protocol is Protocol.ICMP:
        return ["*"]
    return [port.ports for port in ports if port.protocol is protocol]


def to_resolvers(estate: Estate) -> network.NetworkRuleArgs:
    """Hosts ask the spokes' resolvers for the names of private endpoints."""
    return network.NetworkRuleArgs(
        rule_type="NetworkRule",
        name="hosts-to-resolvers-dns",
        ip_protocols=["TCP", "UDP"],
        source_ip_groups=_hosts(estate),
        destination_addresses=[str(hub.spoke.resolver_address) for hub in estate.azure.hubs.values()],
        destination_ports=[DNS_PORT],
    )


def to_endpoints(estate: Estate) -> network.ApplicationRuleArgs:
    """Hosts open https on private endpoints, by the names that the estate's private zones answer and no others.

    An application rule rather than a network rule, since the firewall then asks on its own behalf: a private endpoint
    may answer past the firewall to whoever asked. On its way to another region's spoke a request comes to a second
    firewall, from the first one's own address in its hub.
    Source: https://learn.microsoft.com/azure/firewall-manager/private-link-inspection-secure-virtual-hub
    """
    return network.ApplicationRuleArgs(
        rule_type="ApplicationRule",
        name="hosts-to-endpoints-https",
        protocols=[network.FirewallPolicyRuleApplicationProtocolArgs(protocol_type="Https", port=HTTPS_PORT)],
        source_ip_groups=[*_hosts(estate), ip_group(estate, HUBS)],
        target_fqdns=[f"*.{zone.removeprefix('privatelink.')}" for zone in private_zones(estate)],
    )


def _hosts(estate: Estate) -> list[str]:
    return [ip_group(estate, site, zone) for site in estate.sites for zone in reaches_spokes(estate, site)]
