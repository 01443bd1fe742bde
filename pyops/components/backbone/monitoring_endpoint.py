"""How the estate's networks come to its logs: one private endpoint of the private link scope."""

import pulumi
from pulumi_azure_native import network

from pyops.components.backbone.monitoring import Monitoring
from pyops.components.backbone.private_names import PrivateNames
from pyops.components.backbone.spokes import Spoke
from pyops.components.tags import shared_tags
from pyops.estate import Estate
from pyops.estate.azure import (
    BLOB_ZONE,
    MONITORING_GROUP,
    MONITORING_SCOPE,
    MONITORING_ZONES,
    arm_id,
    endpoints_subnet,
    private_zone,
)


class MonitoringEndpoint(pulumi.ComponentResource):
    """The endpoint, in the spoke of the workspace's own region, and the records of its names.

    There is one and not one a region: Azure Monitor's names are the same for everybody, so a second endpoint would
    write its own addresses over the first one's in the zones that all spokes share. The other regions come to it
    through the hubs; with its region the workspace would be lost as well.
    Source: https://learn.microsoft.com/azure/azure-monitor/logs/private-link-design
    """

    def __init__(
        self,
        estate: Estate,
        spoke: Spoke,
        names: PrivateNames,
        monitoring: Monitoring,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:network:MonitoringEndpoint", estate.name, opts=opts)
        self._estate, self._name = estate, f"pep-{MONITORING_SCOPE}"
        endpoint = self._endpoint(spoke, monitoring)
        self._records(endpoint, names)
        self.register_outputs({})

    def _endpoint(self, spoke: Spoke, monitoring: Monitoring) -> network.PrivateEndpoint:
        region = self._estate.azure.regions[0]
        scope = arm_id(self._estate, MONITORING_GROUP, "Microsoft.Insights/privateLinkScopes", MONITORING_SCOPE)
        return network.PrivateEndpoint(
            self._name,
            private_endpoint_name=self._name,
            resource_group_name=MONITORING_GROUP,
            location=region,
            subnet=network.SubnetArgs(id=endpoints_subnet(self._estate, region)),
            private_link_service_connections=[
                network.PrivateLinkServiceConnectionArgs(
                    name=MONITORING_SCOPE, private_link_service_id=scope, group_ids=["azuremonitor"]
                )
            ],
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[spoke.network, monitoring.scope, monitoring.scoped],
                replace_on_changes=["location", "subnet"],
            ),
        )

    def _records(self, endpoint: network.PrivateEndpoint, names: PrivateNames) -> None:
        network.PrivateDnsZoneGroup(
            f"names-{self._name}",
            private_dns_zone_group_name="default",
            private_endpoint_name=self._name,
            resource_group_name=MONITORING_GROUP,
            private_dns_zone_configs=[
                network.PrivateDnsZoneConfigArgs(
                    name=zone.replace(".", "-"), private_dns_zone_id=private_zone(self._estate, zone)
                )
                for zone in (*MONITORING_ZONES, BLOB_ZONE)
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[endpoint, *names.zones]),
        )
