"""How hosts are watched: what their agent collects, over which private endpoints, and the alerts that come of it."""

import pulumi
from pulumi_azure_native import hybridcompute, monitor

from pyops.components.server_pool.host_alerts import declare_alerts
from pyops.components.tags import server_tags, shared_tags
from pyops.estate import Estate
from pyops.estate.azure import MONITORING_GROUP, MONITORING_SCOPE, arm_id, machine_id, site_group, workspace
from pyops.estate.hosts import Server

RULE = "dcr-hosts"
AGENT = "AzureMonitorLinuxAgent"
SIGN_ONS = ["auth", "authpriv"]
OTHER_FACILITIES = ["cron", "daemon", "kern", "syslog", "user"]
WARNINGS = ["Warning", "Error", "Critical", "Alert", "Emergency"]
USED_SPACE = r"Logical Disk(*)\% Used Space"
SAMPLING_SECONDS = 300


class HostMonitoring(pulumi.ComponentResource):
    """What all servers' agents share.

    An agent asks for its configuration in its machine's region, the control region, and sends what it collects to the
    workspace's region: an endpoint in each, both closed to the public and in the estate's private link scope.
    Source: https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-endpoint-overview
    """

    def __init__(self, estate: Estate, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:servers:HostMonitoring", estate.name, opts=opts)
        self._estate, self._home = estate, estate.azure.regions[0]
        regions = dict.fromkeys((self._home, estate.azure.control_region))
        self._endpoints = {region: self._endpoint(region) for region in regions}
        self._rule = self._collection_rule()
        declare_alerts(self, estate)
        self.register_outputs({})

    def watch(self, parent: pulumi.Resource, server: Server, instance: pulumi.Resource) -> None:
        """Give a server its agent, the rule that says what it collects, and where it asks for that rule."""
        estate, region = self._estate, self._estate.azure.control_region
        hybridcompute.MachineExtension(
            f"agent-{server.name}",
            extension_name=AGENT,
            machine_name=server.name,
            resource_group_name=site_group(server.site),
            location=region,
            properties=hybridcompute.MachineExtensionPropertiesArgs(
                publisher="Microsoft.Azure.Monitor",
                type=AGENT,
                auto_upgrade_minor_version=True,
                enable_automatic_upgrade=True,
            ),
            tags=server_tags(estate, server),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[instance]),
        )
        machine = machine_id(estate, server).lstrip("/")
        monitor.DataCollectionRuleAssociation(
            f"collects-{server.name}",
            association_name=RULE,
            resource_uri=machine,
            data_collection_rule_id=arm_id(estate, MONITORING_GROUP, "Microsoft.Insights/dataCollectionRules", RULE),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[instance, self._rule]),
        )
        monitor.DataCollectionRuleAssociation(
            f"asks-{server.name}",
            association_name="configurationAccessEndpoint",  # the one name that Azure takes for an endpoint
            resource_uri=machine,
            data_collection_endpoint_id=self._endpoint_id(region),
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[instance, self._endpoints[region]]),
        )

    def _endpoint(self, region: str) -> monitor.DataCollectionEndpoint:
        name = f"dce-{region}"
        endpoint = monitor.DataCollectionEndpoint(
            name,
            data_collection_endpoint_name=name,
            resource_group_name=MONITORING_GROUP,
            location=region,
            kind="Linux",
            network_acls=monitor.DataCollectionEndpointNetworkAclsArgs(public_network_access="Disabled"),
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["location"]),
        )
        monitor.PrivateLinkScopedResource(
            f"scoped-{name}",
            name=name,
            scope_name=MONITORING_SCOPE,
            resource_group_name=MONITORING_GROUP,
            linked_resource_id=self._endpoint_id(region),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[endpoint], replace_on_changes=["linkedResourceId"]),
        )
        return endpoint

    def _endpoint_id(self, region: str) -> str:
        return arm_id(self._estate, MONITORING_GROUP, "Microsoft.Insights/dataCollectionEndpoints", f"dce-{region}")

    def _collection_rule(self) -> monitor.DataCollectionRule:
        return monitor.DataCollectionRule(
            RULE,
            data_collection_rule_name=RULE,
            resource_group_name=MONITORING_GROUP,
            location=self._home,
            kind="Linux",
            data_collection_endpoint_id=self._endpoint_id(self._home),
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                syslog=[
                    _syslog("sign-ons", SIGN_ONS, ["Info", "Notice", *WARNINGS]),
                    _syslog("warnings", OTHER_FACILITIES, WARNINGS),
                ],
                performance_counters=[
                    monitor.PerfCounterDataSourceArgs(
                        name="disks",
                        streams=["Microsoft-Perf"],
                        counter_specifiers=[USED_SPACE],
                        sampling_frequency_in_seconds=SAMPLING_SECONDS,
                    )
                ],
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    monitor.LogAnalyticsDestinationArgs(name="workspace", workspace_resource_id=workspace(self._estate))
                ]
            ),
            data_flows=[
                monitor.DataFlowArgs(streams=["Microsoft-Syslog", "Microsoft-Perf"], destinations=["workspace"])
            ],
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self._endpoints[self._home]], replace_on_changes=["location"]
            ),
        )


def _syslog(name: str, facilities: list[str], levels: list[str]) -> monitor.SyslogDataSourceArgs:
    return monitor.SyslogDataSourceArgs(
        name=name, streams=["Microsoft-Syslog"], facility_names=facilities, log_levels=levels
    )
