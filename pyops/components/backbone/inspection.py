"""What the firewalls of all hubs go by: one policy, sets of addresses, and rules that follow from the flows."""

from collections.abc import Iterator
from ipaddress import IPv4Network

import pulumi
from pulumi_azure_native import network

from pyops.components.backbone.wide_area import Backbone
from pyops.components.backbone.zone_rules import HUBS, between_sites, to_endpoints, to_resolvers
from pyops.components.tags import shared_tags, site_tags
from pyops.estate import Estate
from pyops.estate.azure import FIREWALL_POLICY, NETWORK_GROUP, ip_group_name
from pyops.estate.network import Site, Zone


class Inspection(pulumi.ComponentResource):
    """The firewall policy with its rules; what no rule allows is refused.

    Azure changes the rule collection groups of a policy one at a time, so they are chained; firewalls wait for the last
    of them and never run without rules.
    """

    def __init__(self, estate: Estate, backbone: Backbone, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:network:Inspection", estate.name, opts=opts)
        self._estate, self._group = estate, backbone.group
        sets = list(self._address_sets())
        self.policy = self._policy()
        sites = self._rules("between-sites", 200, [_allow("flows", 200, between_sites(estate))], [self.policy, *sets])
        spokes = [_allow("names", 300, [to_resolvers(estate)]), _allow("endpoints", 310, [to_endpoints(estate)])]
        self.last_rules = self._rules("to-spokes", 300, spokes, [self.policy, *sets, sites])
        self.register_outputs({})

    def _address_sets(self) -> Iterator[network.IpGroup]:
        for site in self._estate.sites.values():
            for zone in site.zones.values():
                name = ip_group_name(site.id, zone.id)
                yield self._address_set(name, self._prefixes(site, zone), site_tags(self._estate, site, zone=zone.id))
        hubs = [hub.prefix for hub in self._estate.azure.hubs.values()]
        yield self._address_set(ip_group_name(HUBS), hubs, shared_tags(self._estate))

    def _prefixes(self, site: Site, zone: Zone) -> list[IPv4Network]:
        """As the routers see it: a router's loopback belongs to the zone that it is managed in."""
        own = [IPv4Network(site.routing.loopback)] if zone.id == self._estate.gateway_pool.zone else []
        return [zone.prefix, *own]

    def _address_set(self, name: str, prefixes: list[IPv4Network], tags: dict[str, str]) -> network.IpGroup:
        return network.IpGroup(
            name,
            ip_groups_name=name,
            resource_group_name=NETWORK_GROUP,
            location=self._estate.azure.regions[0],
            ip_addresses=[str(prefix) for prefix in prefixes],
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._group], replace_on_changes=["location"]),
        )

    def _policy(self) -> network.FirewallPolicy:
        """The firewalls resolve names as hosts do, at the spokes' resolvers, so that they find private endpoints."""
        return network.FirewallPolicy(
            FIREWALL_POLICY,
            firewall_policy_name=FIREWALL_POLICY,
            resource_group_name=NETWORK_GROUP,
            location=self._estate.azure.regions[0],
            sku=network.FirewallPolicySkuArgs(tier="Premium"),
            threat_intel_mode="Deny",
            intrusion_detection=network.FirewallPolicyIntrusionDetectionArgs(mode="Deny"),
            dns_settings=network.DnsSettingsArgs(
                enable_proxy=True,
                servers=[str(hub.spoke.resolver_address) for hub in self._estate.azure.hubs.values()],
            ),
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self._group], replace_on_changes=["location", "sku.tier"]
            ),
        )

    def _rules(
        self,
        name: str,
        priority: int,
        collections: list[network.FirewallPolicyFilterRuleCollectionArgs],
        after: list[pulumi.Resource],
    ) -> network.FirewallPolicyRuleCollectionGroup:
        return network.FirewallPolicyRuleCollectionGroup(
            name,
            rule_collection_group_name=name,
            firewall_policy_name=FIREWALL_POLICY,
            resource_group_name=NETWORK_GROUP,
            priority=priority,
            rule_collections=collections,
            opts=pulumi.ResourceOptions(parent=self, depends_on=after),
        )


def _allow(
    name: str, priority: int, rules: list[network.NetworkRuleArgs] | list[network.ApplicationRuleArgs]
) -> network.FirewallPolicyFilterRuleCollectionArgs:
    return network.FirewallPolicyFilterRuleCollectionArgs(
        rule_collection_type="FirewallPolicyFilterRuleCollection",
        name=name,
        priority=priority,
        action=network.FirewallPolicyFilterRuleCollectionActionArgs(type="Allow"),
        rules=rules,
    )
