"""Names of private endpoints: a zone for each kind, known in every spoke."""

from collections.abc import Iterable

import pulumi
from pulumi_azure_native import privatedns

from pyops.components.backbone.spokes import Spoke
from pyops.components.backbone.wide_area import Backbone
from pyops.components.tags import shared_tags
from pyops.estate import Estate
from pyops.estate.azure import NETWORK_GROUP, arm_id, private_zones, spoke_network


class PrivateNames(pulumi.ComponentResource):
    """The estate's private DNS zones. Endpoints write their own records; nothing registers itself."""

    def __init__(
        self, estate: Estate, backbone: Backbone, spokes: Iterable[Spoke], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pyops:network:PrivateNames", estate.name, opts=opts)
        self._estate, self._networks = estate, [spoke.network for spoke in spokes]
        self.zones = [self._zone(name, backbone) for name in private_zones(estate)]
        for name, zone in zip(private_zones(estate), self.zones, strict=True):
            for region in estate.azure.hubs:
                self._link(name, zone, region)
        self.register_outputs({})

    def _zone(self, name: str, backbone: Backbone) -> privatedns.PrivateZone:
        return privatedns.PrivateZone(
            name,
            private_zone_name=name,
            resource_group_name=NETWORK_GROUP,
            location="global",
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[backbone.group]),
        )

    def _link(self, name: str, zone: privatedns.PrivateZone, region: str) -> None:
        spoke = spoke_network(region)
        privatedns.VirtualNetworkLink(
            f"{name}-{region}",
            virtual_network_link_name=spoke,
            private_zone_name=name,
            resource_group_name=NETWORK_GROUP,
            location="global",
            virtual_network=privatedns.SubResourceArgs(
                id=arm_id(self._estate, NETWORK_GROUP, "Microsoft.Network/virtualNetworks", spoke)
            ),
            registration_enabled=False,
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[zone, *self._networks], replace_on_changes=["virtualNetwork"]
            ),
        )
