"""A server's ports on its site's logical networks."""

import pulumi
from pulumi_azure_native import azurestackhci

from pyops.components.server_pool.clusters import place_of
from pyops.components.tags import server_tags
from pyops.estate import Estate
from pyops.estate.azure import arm_id, logical_network, network_interface_name, site_group
from pyops.estate.hosts import Interface, Server


def network_interface(
    parent: pulumi.Resource, estate: Estate, server: Server, interface: Interface
) -> azurestackhci.NetworkInterface:
    """A port at its planned address; another address or network is another port, with which the instance is remade."""
    name = network_interface_name(server, interface)
    group = site_group(server.site)
    network = arm_id(estate, group, "Microsoft.AzureStackHCI/logicalNetworks", logical_network(server.site, interface))
    return azurestackhci.NetworkInterface(
        name,
        network_interface_name=name,
        resource_group_name=group,
        location=estate.azure.control_region,
        extended_location=place_of(estate, server.site),
        mac_address=interface.mac,
        ip_configurations=[
            azurestackhci.IPConfigurationArgs(
                name=interface.name,
                properties=azurestackhci.IPConfigurationPropertiesArgs(
                    private_ip_address=str(interface.address),
                    subnet=azurestackhci.LogicalNetworkArmReferenceArgs(id=network),
                ),
            )
        ],
        tags=server_tags(estate, server),
        opts=pulumi.ResourceOptions(parent=parent, replace_on_changes=["macAddress", "ipConfigurations"]),
    )
