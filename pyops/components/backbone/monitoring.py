"""Where all logs go and whom alerts call: closed to the public, and entered by the estate's own networks alone."""

import pulumi
from pulumi_azure_native import monitor, operationalinsights

from pyops.components.access import Role, grant
from pyops.components.groups import resource_group
from pyops.components.safeguards import is_protected, lock
from pyops.components.tags import shared_tags
from pyops.estate import Estate
from pyops.estate.azure import (
    ALERT_GROUP,
    MONITORING_GROUP,
    MONITORING_SCOPE,
    WORKSPACE,
    subscription_id,
    workspace,
)

KEPT_DAYS = 365


class Monitoring(pulumi.ComponentResource):
    """The workspace, its private link scope, the group that every alert calls, and who may read all of it."""

    def __init__(self, estate: Estate, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:network:Monitoring", estate.name, opts=opts)
        self._estate = estate
        self.group = resource_group(self, MONITORING_GROUP, estate.azure.regions[0], shared_tags(estate))
        self.workspace = self._workspace()
        self.action_group = self._action_group()
        self.scope = self._scope()
        self.scoped = self._scoped()
        self._readers()
        reason = "A year of everybody's logs: without them nobody can say what happened."
        lock(self, WORKSPACE, workspace(estate), reason, self.workspace)
        self.register_outputs({})

    def _workspace(self) -> operationalinsights.Workspace:
        """It holds data of every site, so the engine removes it only when all of them are retired."""
        return operationalinsights.Workspace(
            WORKSPACE,
            workspace_name=WORKSPACE,
            resource_group_name=MONITORING_GROUP,
            location=self._estate.azure.regions[0],
            sku=operationalinsights.WorkspaceSkuArgs(name="PerGB2018"),
            retention_in_days=KEPT_DAYS,
            features=operationalinsights.WorkspaceFeaturesArgs(
                disable_local_auth=True, enable_log_access_using_only_resource_permissions=True
            ),
            public_network_access_for_ingestion="Disabled",
            public_network_access_for_query="Disabled",
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[self.group],
                protect=any(is_protected(self._estate, site) for site in self._estate.sites),
            ),
        )

    def _action_group(self) -> monitor.ActionGroup:
        """Alerts go to whoever holds a role in the subscription, so no address of a person is written anywhere."""
        return monitor.ActionGroup(
            ALERT_GROUP,
            action_group_name=ALERT_GROUP,
            resource_group_name=MONITORING_GROUP,
            location="global",
            group_short_name="operations",
            enabled=True,
            arm_role_receivers=[
                monitor.ArmRoleReceiverArgs(
                    name="engineers", role_id=Role.MONITORING_READER, use_common_alert_schema=True
                )
            ],
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.group]),
        )

    def _scope(self) -> monitor.PrivateLinkScope:
        return monitor.PrivateLinkScope(
            MONITORING_SCOPE,
            scope_name=MONITORING_SCOPE,
            resource_group_name=MONITORING_GROUP,
            location="global",
            access_mode_settings=monitor.AccessModeSettingsArgs(
                ingestion_access_mode="PrivateOnly", query_access_mode="PrivateOnly"
            ),
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.group]),
        )

    def _scoped(self) -> monitor.PrivateLinkScopedResource:
        return monitor.PrivateLinkScopedResource(
            f"scoped-{WORKSPACE}",
            name=WORKSPACE,
            scope_name=MONITORING_SCOPE,
            resource_group_name=MONITORING_GROUP,
            linked_resource_id=workspace(self._estate),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self.scope, self.workspace], replace_on_changes=["linkedResourceId"]
            ),
        )

    def _readers(self) -> None:
        """Over the whole subscription, since Azure finds those whom an alert calls by roles there and nowhere else."""
        estate, everywhere = self._estate, subscription_id(self._estate)
        engineers, auditors = estate.azure.groups.engineers, estate.azure.groups.auditors
        grant(self, estate, "engineers-monitoring", everywhere, Role.MONITORING_READER, engineers, self.group)
        grant(self, estate, "auditors", everywhere, Role.READER, auditors, self.group)
