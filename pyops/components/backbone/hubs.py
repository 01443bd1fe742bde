"""A region's hub: inspected by a firewall, entered through a VPN gateway, watched and locked."""

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import monitor, network

from pyops.components.backbone.inspection import Inspection
from pyops.components.backbone.monitoring import Monitoring
from pyops.components.backbone.wide_area import Backbone
from pyops.components.diagnostics import send_logs
from pyops.components.safeguards import lock
from pyops.components.tags import shared_tags
from pyops.estate import Estate
from pyops.estate.azure import (
    FIREWALL_POLICY,
    HUB_ASN,
    MONITORING_GROUP,
    NETWORK_GROUP,
    WAN,
    alert_group,
    arm_id,
    hub_firewall,
    virtual_hub,
    vpn_gateway,
)
from pyops.estate.cloud import Hub

ZONES = ["1", "2", "3"]
SCALE_UNITS = 2
"""Of 500 Mbit/s in each of the gateway's two instances."""
LEAST_ROUTERS = 2
"""Of the hub's own routers; Azure adds more by load."""
SEVERITY_ERROR = 1


class RegionalHub(pulumi.ComponentResource):
    """A virtual hub of the wide area network.

    Everything private passes its firewall: routing intent writes the routes itself, so there are no route tables of
    ours and no connection says how it is routed. What joins sites or spokes to the hub waits for `intent`, so that
    nothing ever crosses a hub uninspected.
    """

    def __init__(
        self,
        estate: Estate,
        place: Hub,
        backbone: Backbone,
        inspection: Inspection,
        monitoring: Monitoring,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:network:RegionalHub", place.id, opts=opts)
        self._estate, self._place = estate, place
        self.hub = self._hub(backbone)
        self.firewall = self._firewall(inspection)
        self.intent = self._intent()
        self.gateway = self._gateway()
        self._watch(monitoring)
        self._alert_on_lost_tunnels(monitoring)
        self.register_outputs({})

    @property
    def gateway_addresses(self) -> pulumi.Output[list[dict[str, str]]]:
        """Where the two instances of the gateway are met, as Azure minted it: public address and BGP peer."""
        return self.gateway.bgp_settings.apply(
            lambda settings: self.gateway.ip_configurations.apply(lambda ends: _instances(ends, settings))
        )

    def _id(self, kind: str, name: str) -> str:
        return arm_id(self._estate, NETWORK_GROUP, f"Microsoft.Network/{kind}", name)

    def _options(
        self, after: Sequence[pulumi.Resource], replace_on_changes: list[str] | None = None
    ) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=after, replace_on_changes=replace_on_changes)

    def _hub(self, backbone: Backbone) -> network.VirtualHub:
        name = virtual_hub(self._place.id)
        return network.VirtualHub(
            name,
            virtual_hub_name=name,
            resource_group_name=NETWORK_GROUP,
            location=self._place.id,
            address_prefix=str(self._place.prefix),
            sku="Standard",
            hub_routing_preference="ASPath",
            virtual_router_auto_scale_configuration=network.VirtualRouterAutoScaleConfigurationArgs(
                min_capacity=LEAST_ROUTERS
            ),
            virtual_wan=network.SubResourceArgs(id=self._id("virtualWans", WAN)),
            tags=shared_tags(self._estate),
            opts=self._options([backbone.wan], ["location", "addressPrefix", "sku", "virtualWan"]),
        )

    def _firewall(self, inspection: Inspection) -> network.AzureFirewall:
        name = hub_firewall(self._place.id)
        return network.AzureFirewall(
            name,
            azure_firewall_name=name,
            resource_group_name=NETWORK_GROUP,
            location=self._place.id,
            zones=ZONES if self._place.availability_zones else None,
            sku=network.AzureFirewallSkuArgs(name="AZFW_Hub", tier="Premium"),
            virtual_hub=network.SubResourceArgs(id=self._id("virtualHubs", virtual_hub(self._place.id))),
            firewall_policy=network.SubResourceArgs(id=self._id("firewallPolicies", FIREWALL_POLICY)),
            hub_ip_addresses=network.HubIPAddressesArgs(public_ips=network.HubPublicIPAddressesArgs(count=1)),
            tags=shared_tags(self._estate),
            opts=self._options([self.hub, inspection.policy, inspection.last_rules], ["location", "sku.name", "zones"]),
        )

    def _intent(self) -> network.RoutingIntent:
        firewall = self._id("azureFirewalls", hub_firewall(self._place.id))
        return network.RoutingIntent(
            f"intent-{self._place.id}",
            routing_intent_name="intent",
            virtual_hub_name=virtual_hub(self._place.id),
            resource_group_name=NETWORK_GROUP,
            routing_policies=[
                network.RoutingPolicyArgs(name="private", destinations=["PrivateTraffic"], next_hop=firewall)
            ],
            opts=self._options([self.hub, self.firewall]),
        )

    def _gateway(self) -> network.VpnGateway:
        name = vpn_gateway(self._place.id)
        return network.VpnGateway(
            name,
            gateway_name=name,
            resource_group_name=NETWORK_GROUP,
            location=self._place.id,
            virtual_hub=network.SubResourceArgs(id=self._id("virtualHubs", virtual_hub(self._place.id))),
            vpn_gateway_scale_unit=SCALE_UNITS,
            bgp_settings=network.BgpSettingsArgs(asn=HUB_ASN, peer_weight=0),
            tags=shared_tags(self._estate),
            opts=self._options([self.hub], ["location", "virtualHub"]),
        )

    def _watch(self, monitoring: Monitoring) -> None:
        """Logs, and a lock on the firewall, which keeps its hub too: Azure deletes no hub that something is in.

        The gateway has no lock, though its addresses are on every router: Azure's locks hold for what lies below too,
        and would refuse to take down the connection of a site or a carrier that leaves.
        """
        region = self._place.id
        firewall, gateway = hub_firewall(region), vpn_gateway(region)
        firewall_id = self._id("azureFirewalls", firewall)
        logs = send_logs(self, self._estate, firewall, firewall_id, self.firewall, monitoring.workspace)
        gateway_id = self._id("vpnGateways", gateway)
        send_logs(self, self._estate, gateway, gateway_id, self.gateway, monitoring.workspace)
        reason = "All private traffic passes it: without it the spokes and the sites' further way are cut off."
        lock(self, firewall, firewall_id, reason, self.firewall, self.intent, logs)

    def _alert_on_lost_tunnels(self, monitoring: Monitoring) -> None:
        """BGP runs inside of each tunnel, so a peer that is down is a tunnel that carries nothing."""
        region = self._place.id
        monitor.MetricAlert(
            f"alert-tunnels-{region}",
            rule_name=f"alert-tunnels-{region}",
            resource_group_name=MONITORING_GROUP,
            location="global",
            description=f"A tunnel between a site and the hub of {region} is down.",
            severity=SEVERITY_ERROR,
            enabled=True,
            scopes=[self._id("vpnGateways", vpn_gateway(region))],
            evaluation_frequency="PT5M",
            window_size="PT5M",
            criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
                odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", all_of=[_peer_down()]
            ),
            actions=[monitor.MetricAlertActionArgs(action_group_id=alert_group(self._estate))],
            auto_mitigate=True,
            tags=shared_tags(self._estate),
            opts=self._options([self.gateway, monitoring.action_group]),
        )


def _peer_down() -> monitor.MetricCriteriaArgs:
    return monitor.MetricCriteriaArgs(
        criterion_type="StaticThresholdCriterion",
        name="peer-down",
        metric_namespace="microsoft.network/vpngateways",
        metric_name="BgpPeerStatus",
        operator="LessThan",
        threshold=1,
        time_aggregation="Average",
        dimensions=[
            monitor.MetricDimensionArgs(name=name, operator="Include", values=["*"])
            for name in ("BgpPeerAddress", "Instance")
        ],
    )


def _instances(
    ends: Sequence[network.outputs.VpnGatewayIpConfigurationResponse],
    settings: network.outputs.BgpSettingsResponse | None,
) -> list[dict[str, str]]:
    public = {end.id: end.public_ip_address or "" for end in ends}
    peers = (settings and settings.bgp_peering_addresses) or ()
    return [{"public": public[peer.ipconfiguration_id], "peering": peer.default_bgp_ip_addresses[0]} for peer in peers]
