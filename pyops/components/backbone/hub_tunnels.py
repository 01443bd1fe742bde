"""The tunnels between the sites and a hub: every site's every carrier, encrypted as the estate says, routed by BGP."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import network

from pyops.components.backbone.hubs import RegionalHub
from pyops.components.backbone.wide_area import Backbone
from pyops.estate import Estate
from pyops.estate.azure import NETWORK_GROUP, arm_id, hub_tunnel, hub_tunnels, vpn_gateway, vpn_site
from pyops.estate.cloud import Hub
from pyops.estate.network import Circuit, Site

SETTING = "hub-keys"
DEAD_PEER_SECONDS = 45
KILOBYTES = 102_400_000
LIFETIME_SECONDS = 3600
"""How long, and for how much, one set of a tunnel's own keys is good."""

Keys = pulumi.Output[Mapping[str, str]]


def shared_keys(estate: Estate) -> Keys:
    """The shared key of every tunnel by its name, from the stack's secret configuration; stays secret on its way.

    Raises pulumi.RunError, which the engine prints without a traceback, with the names of tunnels that have none.
    """

    def complete(keys: Mapping[str, str]) -> Mapping[str, str]:
        missing = [name for name in hub_tunnels(estate) if not keys.get(name)]
        if missing:
            raise pulumi.RunError(f"pyops:{SETTING}: no key for {', '.join(missing)}, every tunnel to a hub needs one")
        return keys

    return pulumi.Config("pyops").require_secret_object(SETTING).apply(complete)


class HubTunnels(pulumi.ComponentResource):
    """All sites' connections to one hub.

    Azure changes the connections of a gateway one at a time, so each waits for the one before.
    """

    def __init__(
        self,
        estate: Estate,
        place: Hub,
        backbone: Backbone,
        hub: RegionalHub,
        keys: Keys,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:network:HubTunnels", place.id, opts=opts)
        self._estate, self._region, self._keys = estate, place.id, keys
        before: list[pulumi.Resource] = []
        for site in estate.sites.values():
            after = [hub.gateway, hub.intent, backbone.vpn_sites[site.id], *before]
            before = [self._connection(site, after)]
        self.register_outputs({})

    def _connection(self, site: Site, after: list[pulumi.Resource]) -> network.VpnConnection:
        name = f"vcn-{site.id}-{self._region}"
        return network.VpnConnection(
            name,
            connection_name=name,
            gateway_name=vpn_gateway(self._region),
            resource_group_name=NETWORK_GROUP,
            remote_vpn_site=network.SubResourceArgs(
                id=arm_id(self._estate, NETWORK_GROUP, "Microsoft.Network/vpnSites", vpn_site(site.id))
            ),
            enable_internet_security=False,
            vpn_link_connections=[self._tunnel(site, circuit) for circuit in site.circuits.values()],
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=after,
                replace_on_changes=["remoteVpnSite", "vpnLinkConnections[*].vpnSiteLink"],
            ),
        )

    def _tunnel(self, site: Site, circuit: Circuit) -> network.VpnSiteLinkConnectionArgs:
        key = hub_tunnel(site.id, circuit.id, self._region)
        names = (vpn_site(site.id), circuit.id)
        return network.VpnSiteLinkConnectionArgs(
            name=circuit.id,
            vpn_site_link=network.SubResourceArgs(
                id=arm_id(self._estate, NETWORK_GROUP, "Microsoft.Network/vpnSites/vpnSiteLinks", *names)
            ),
            vpn_connection_protocol_type="IKEv2",
            ipsec_policies=[_encryption()],
            shared_key=self._keys.apply(lambda keys: keys[key]),
            enable_bgp=True,
            connection_bandwidth=circuit.speed,
            dpd_timeout_seconds=DEAD_PEER_SECONDS,
            use_policy_based_traffic_selectors=False,
        )


def _encryption() -> network.IpsecPolicyArgs:
    return network.IpsecPolicyArgs(
        ike_encryption="AES256",
        ike_integrity="SHA384",
        dh_group="ECP384",
        ipsec_encryption="GCMAES256",
        ipsec_integrity="GCMAES256",
        pfs_group="ECP384",
        sa_life_time_seconds=LIFETIME_SECONDS,
        sa_data_size_kilobytes=KILOBYTES,
    )
