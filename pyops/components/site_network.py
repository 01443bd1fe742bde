"""A site's networks: its resource group, and a logical network per zone and per circuit on its Azure Local cluster."""

from ipaddress import IPv4Address, IPv4Network

import pulumi
from pulumi_azure_native import azurestackhci

from pyops.components.groups import resource_group
from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import circuit_network, custom_location, site_group, zone_network
from pyops.estate.network import Circuit, Site, Zone

SWITCH = "ConvergedSwitch(compute_management_storage)"


class SiteNetwork(pulumi.ComponentResource):
    """The shared network at one datacentre.

    A logical network cannot be changed once it is made, so its IP pool holds every address that the plan may ever use.
    """

    def __init__(self, estate: Estate, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:network:SiteNetwork", site.id, opts=opts)
        self._estate, self._site = estate, site
        self.group = resource_group(self, site_group(site.id), estate.azure.control_region, site_tags(estate, site))
        for zone in site.zones.values():
            self._zone(zone)
        for circuit in site.circuits.values():
            self._circuit(circuit)
        self.register_outputs({})

    def _zone(self, zone: Zone) -> None:
        name = zone_network(self._site.id, zone.id)
        self._logical_network(
            name, zone.vlan, zone.prefix, zone.gateway, (zone.gateway, zone.last_host), {"zone": zone.id}
        )

    def _circuit(self, circuit: Circuit) -> None:
        name = circuit_network(self._site.id, circuit.id)
        only = (circuit.address, circuit.address)
        self._logical_network(name, circuit.vlan, circuit.prefix, circuit.gateway, only, {"circuit": circuit.id})

    def _logical_network(
        self,
        name: str,
        vlan: int,
        prefix: IPv4Network,
        gateway: IPv4Address,
        pool: tuple[IPv4Address, IPv4Address],
        tags: dict[str, str],
    ) -> None:
        azurestackhci.LogicalNetwork(
            name,
            logical_network_name=name,
            resource_group_name=site_group(self._site.id),
            location=self._estate.azure.control_region,
            extended_location=azurestackhci.ExtendedLocationArgs(
                type="CustomLocation", name=custom_location(self._estate, self._site.id)
            ),
            vm_switch_name=SWITCH,
            dhcp_options=azurestackhci.LogicalNetworkPropertiesDhcpOptionsArgs(dns_servers=self._name_servers()),
            subnets=[
                azurestackhci.SubnetArgs(
                    name=name,
                    address_prefix=str(prefix),
                    ip_allocation_method="Static",
                    vlan=vlan,
                    ip_pools=[_pool(*pool)],
                    route_table=azurestackhci.RouteTableArgs(routes=[_default_route(gateway)]),
                )
            ],
            tags=site_tags(self._estate, self._site, **tags),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.group], ignore_changes=["dhcpOptions"]),
        )

    def _name_servers(self) -> list[str]:
        """The directory's servers, the site's own first: what a new server asks until Ansible tells it.

        Azure demands some and never changes them, so a network keeps for life those that there were when it was made.
        """
        servers = [server for server in self._estate.servers if server.pool.id == self._estate.directory.pool]
        return [str(server.address) for server in sorted(servers, key=lambda server: server.site != self._site.id)]


def _pool(first: IPv4Address, last: IPv4Address) -> azurestackhci.IPPoolArgs:
    return azurestackhci.IPPoolArgs(name="hosts", ip_pool_type="vm", start=str(first), end=str(last))


def _default_route(gateway: IPv4Address) -> azurestackhci.RouteArgs:
    return azurestackhci.RouteArgs(name="default", address_prefix="0.0.0.0/0", next_hop_ip_address=str(gateway))
