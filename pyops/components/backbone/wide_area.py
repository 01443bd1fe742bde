"""What Azure knows of the sites: a virtual WAN, and a VPN site per datacentre with a link per carrier's circuit."""

import pulumi
from pulumi_azure_native import network

from pyops.components.access import Role, grant
from pyops.components.groups import resource_group
from pyops.components.tags import shared_tags, site_tags
from pyops.estate import Estate
from pyops.estate.azure import NETWORK_GROUP, WAN, arm_id, group_id, vpn_site
from pyops.estate.network import Circuit, Site


class Backbone(pulumi.ComponentResource):
    """The estate's virtual WAN with all its datacentres."""

    def __init__(self, estate: Estate, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:network:Backbone", estate.name, opts=opts)
        self._estate = estate
        self.group = resource_group(self, NETWORK_GROUP, estate.azure.regions[0], shared_tags(estate))
        self.wan = network.VirtualWan(
            WAN,
            virtual_wan_name=WAN,
            resource_group_name=NETWORK_GROUP,
            location=estate.azure.regions[0],
            type="Standard",
            allow_branch_to_branch_traffic=True,
            disable_vpn_encryption=False,
            tags=shared_tags(estate),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.group], replace_on_changes=["location"]),
        )
        self.vpn_sites = {site.id: self._vpn_site(site) for site in estate.sites.values()}
        scope, engineers = group_id(estate, NETWORK_GROUP), estate.azure.groups.engineers
        grant(self, estate, "engineers-network", scope, Role.NETWORK_CONTRIBUTOR, engineers, self.group)
        self.register_outputs({})

    def _vpn_site(self, site: Site) -> network.VpnSite:
        name = vpn_site(site.id)
        return network.VpnSite(
            name,
            vpn_site_name=name,
            resource_group_name=NETWORK_GROUP,
            location=site.region,
            virtual_wan=network.SubResourceArgs(
                id=arm_id(self._estate, NETWORK_GROUP, "Microsoft.Network/virtualWans", WAN)
            ),
            vpn_site_links=[_link(site, circuit) for circuit in site.circuits.values()],
            tags=site_tags(self._estate, site),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self.wan], replace_on_changes=["location", "virtualWan"]
            ),
        )


def _link(site: Site, circuit: Circuit) -> network.VpnSiteLinkArgs:
    return network.VpnSiteLinkArgs(
        name=circuit.id,
        ip_address=str(circuit.address),
        bgp_properties=network.VpnLinkBgpSettingsArgs(asn=site.routing.asn, bgp_peering_address=str(circuit.peering)),
        link_properties=network.VpnLinkProviderPropertiesArgs(
            link_provider_name=circuit.id, link_speed_in_mbps=circuit.speed
        ),
    )
