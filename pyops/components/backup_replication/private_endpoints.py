"""Private endpoints: the only way from the sites to what is closed to public networks."""

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import network

from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import backup_group, endpoints_subnet, private_zone
from pyops.estate.network import Site


def private_endpoint(
    parent: pulumi.Resource,
    estate: Estate,
    site: Site,
    part: str,
    target: str,
    zones: Sequence[str],
    after: pulumi.Resource,
) -> None:
    """An endpoint in the spoke of the site's region for a part (`blob`, `AzureBackup`) of what `target` is the id of.

    Azure writes the endpoint's names into the private DNS zones.
    """
    name = f"pep-{site.id}-{part.lower()}"
    endpoint = network.PrivateEndpoint(
        name,
        private_endpoint_name=name,
        resource_group_name=backup_group(site.id),
        location=site.region,
        subnet=network.SubnetArgs(id=endpoints_subnet(estate, site.region)),
        private_link_service_connections=[
            network.PrivateLinkServiceConnectionArgs(name=name, private_link_service_id=target, group_ids=[part])
        ],
        custom_network_interface_name=f"nic-{name}",
        tags=site_tags(estate, site),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[after], replace_on_changes=["location"]),
    )
    network.PrivateDnsZoneGroup(
        name,
        private_dns_zone_group_name="default",
        private_endpoint_name=name,
        resource_group_name=backup_group(site.id),
        private_dns_zone_configs=[
            network.PrivateDnsZoneConfigArgs(
                name=zone.replace(".", "-"), private_dns_zone_id=private_zone(estate, zone)
            )
            for zone in zones
        ],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[endpoint]),
    )
