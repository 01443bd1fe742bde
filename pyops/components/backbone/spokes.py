"""A region's own network beside its hub: private endpoints, and the resolver that tells hosts where they are."""

import pulumi
from pulumi_azure_native import dnsresolver, network

from pyops.components.backbone.hubs import RegionalHub
from pyops.components.backbone.monitoring import Monitoring
from pyops.components.backbone.spoke_rules import spoke_rules
from pyops.components.backbone.wide_area import Backbone
from pyops.components.diagnostics import send_logs
from pyops.components.tags import shared_tags
from pyops.estate import Estate
from pyops.estate.azure import NETWORK_GROUP, arm_id, spoke_network, virtual_hub
from pyops.estate.cloud import Hub

RESOLVERS = "Microsoft.Network/dnsResolvers"
"""The service that a resolver's subnet is handed over to."""


class Spoke(pulumi.ComponentResource):
    """The spoke of one hub. Its subnets are written with it: as resources of their own the two would fight."""

    def __init__(
        self,
        estate: Estate,
        place: Hub,
        backbone: Backbone,
        hub: RegionalHub,
        monitoring: Monitoring,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:network:Spoke", place.id, opts=opts)
        self._estate, self._place, self._name = estate, place, spoke_network(place.id)
        self._rules_name = f"nsg-{place.id}"
        self.rules = self._security_group(backbone)
        self.network = self._network()
        self.connection = self._connection(hub)
        self._resolver()
        self._watch(monitoring)
        self.register_outputs({})

    def _id(self, kind: str, *names: str) -> str:
        return arm_id(self._estate, NETWORK_GROUP, f"Microsoft.Network/{kind}", *names)

    def _security_group(self, backbone: Backbone) -> network.NetworkSecurityGroup:
        return network.NetworkSecurityGroup(
            self._rules_name,
            network_security_group_name=self._rules_name,
            resource_group_name=NETWORK_GROUP,
            location=self._place.id,
            security_rules=spoke_rules(self._estate, self._place),
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[backbone.group], replace_on_changes=["location"]),
        )

    def _network(self) -> network.VirtualNetwork:
        spoke = self._place.spoke
        delegation = network.DelegationArgs(name="resolver", service_name=RESOLVERS)
        return network.VirtualNetwork(
            self._name,
            virtual_network_name=self._name,
            resource_group_name=NETWORK_GROUP,
            location=self._place.id,
            address_space=network.AddressSpaceArgs(address_prefixes=[str(spoke.prefix)]),
            subnets=[
                self._subnet("endpoints", str(spoke.endpoints)),
                self._subnet("resolver", str(spoke.resolver), delegation),
            ],
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.rules]),
        )

    def _subnet(self, name: str, prefix: str, *delegations: network.DelegationArgs) -> network.SubnetArgs:
        rules = self._id("networkSecurityGroups", self._rules_name)
        return network.SubnetArgs(
            name=name,
            address_prefix=prefix,
            network_security_group=network.NetworkSecurityGroupArgs(id=rules),
            delegations=list(delegations) or None,
            default_outbound_access=False,
            private_endpoint_network_policies="Enabled",
        )

    def _connection(self, hub: RegionalHub) -> network.HubVirtualNetworkConnection:
        return network.HubVirtualNetworkConnection(
            f"connection-{self._name}",
            connection_name=self._name,
            virtual_hub_name=virtual_hub(self._place.id),
            resource_group_name=NETWORK_GROUP,
            remote_virtual_network=network.SubResourceArgs(id=self._id("virtualNetworks", self._name)),
            enable_internet_security=True,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[hub.hub, hub.intent, self.network],
                replace_on_changes=["remoteVirtualNetwork"],
            ),
        )

    def _resolver(self) -> None:
        """The resolver answers at one address for life: hosts' own name servers pass private names on to it."""
        name, region = f"dnspr-{self._place.id}", self._place.id
        resolver = dnsresolver.DnsResolver(
            name,
            dns_resolver_name=name,
            resource_group_name=NETWORK_GROUP,
            location=region,
            virtual_network=dnsresolver.SubResourceArgs(id=self._id("virtualNetworks", self._name)),
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self.network], replace_on_changes=["location", "virtualNetwork"]
            ),
        )
        subnet = self._id("virtualNetworks/subnets", self._name, "resolver")
        dnsresolver.InboundEndpoint(
            f"inbound-{region}",
            inbound_endpoint_name=f"inbound-{region}",
            dns_resolver_name=name,
            resource_group_name=NETWORK_GROUP,
            location=region,
            ip_configurations=[
                dnsresolver.IpConfigurationArgs(
                    subnet=dnsresolver.SubResourceArgs(id=subnet),
                    private_ip_allocation_method="Static",
                    private_ip_address=str(self._place.spoke.resolver_address),
                )
            ],
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[resolver], replace_on_changes=["location", "ipConfigurations"]
            ),
        )

    def _watch(self, monitoring: Monitoring) -> None:
        """A security group has no metrics."""
        spoke, rules = self._id("virtualNetworks", self._name), self._id("networkSecurityGroups", self._rules_name)
        send_logs(self, self._estate, self._name, spoke, self.network, monitoring.workspace)
        after = (self.rules, monitoring.workspace)
        send_logs(self, self._estate, self._rules_name, rules, *after, with_metrics=False)
