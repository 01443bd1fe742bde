"""Alerts about backups: a copy that lags, a job that failed, a vault that somebody tries to weaken."""

from datetime import timedelta

import pulumi
from pulumi_azure_native import alertsmanagement, monitor

from pyops.components.backup_replication.copies import Copy
from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import alert_group, backup_group, vault_id, vault_name
from pyops.estate.network import Site

ERROR = 1
"""Azure's scale of severity: 0 critical, 4 verbose."""
LOOKS_EVERY, LOOKS_BACK = "PT15M", "PT30M"

AGES = {
    "0-5 mins": timedelta(0),
    "5-10 mins": timedelta(minutes=5),
    "10-15 mins": timedelta(minutes=10),
    "15-30 mins": timedelta(minutes=15),
    "30 mins-2 hrs": timedelta(minutes=30),
    "2-8 hrs": timedelta(hours=2),
    "8-24 hrs": timedelta(hours=8),
    "24+ hrs": timedelta(hours=24),
}
"""How long a write has waited to be copied, as Azure sorts them, by what each sort begins with.

Source: https://learn.microsoft.com/azure/storage/blobs/object-replication-priority-replication
"""


def alert_on_lag(parent: pulumi.Resource, estate: Estate, copy: Copy, sender: pulumi.CustomResource) -> None:
    """Call when a write waits for its copy about as long as the strictest policy may lose (its RPO).

    Ages that are young enough are excluded rather than old ones named: were Azure to spell an age otherwise than its
    documentation, this alert would call too often, not never.
    """
    name = f"lag-{copy.name}"
    allowed = min(policy.rpo for policy in copy.policies)
    young = young_enough(allowed)
    monitor.MetricAlert(
        name,
        rule_name=name,
        resource_group_name=backup_group(copy.source.id),
        location="global",
        description=f"Backups of {copy.source.id} wait too long to be copied to {copy.destination.id}: "
        f"no more than {allowed} may be lost.",
        severity=ERROR,
        enabled=True,
        auto_mitigate=True,
        scopes=[sender.id],
        evaluation_frequency=LOOKS_EVERY,
        window_size=LOOKS_BACK,
        criteria=monitor.MetricAlertSingleResourceMultipleMetricCriteriaArgs(
            odata_type="Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
            all_of=[_waiting(young)],
        ),
        actions=[monitor.MetricAlertActionArgs(action_group_id=alert_group(estate))],
        tags=site_tags(estate, copy.source),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[sender]),
    )


def young_enough(allowed: timedelta) -> list[str]:
    """The ages of waiting writes that are no concern: all before the one in which the allowed time runs out."""
    reached = [age for age, begins in AGES.items() if begins <= allowed]
    return reached[:-1]


def _waiting(young: list[str]) -> monitor.MetricCriteriaArgs:
    excluded = monitor.MetricDimensionArgs(name="TimeBucket", operator="Exclude", values=young)
    return monitor.MetricCriteriaArgs(
        criterion_type="StaticThresholdCriterion",
        name="waiting",
        metric_namespace="Microsoft.Storage/storageAccounts/objectReplicationPolicies",
        metric_name="PendingOperationsForReplication",
        dimensions=[excluded] if young else None,
        operator="GreaterThan",
        threshold=0,
        time_aggregation="Maximum",
    )


def forward_alerts(parent: pulumi.Resource, estate: Estate, site: Site, vault: pulumi.Resource) -> None:
    """Call the estate's action group for every alert of a vault.

    Azure Backup raises them by itself, for its agent too: failed backups and restores, deleted backup data, soft delete
    or the guard turned off. It tells nobody without this rule.
    Source: https://learn.microsoft.com/azure/backup/backup-azure-monitoring-alerts
    """
    name = f"alerts-{vault_name(site.id)}"
    alertsmanagement.AlertProcessingRuleByName(
        name,
        alert_processing_rule_name=name,
        resource_group_name=backup_group(site.id),
        location="global",
        properties=alertsmanagement.AlertProcessingRulePropertiesArgs(
            description=f"Tell the operators of every alert of {site.id}'s recovery vault.",
            enabled=True,
            scopes=[vault_id(estate, site.id)],
            actions=[
                alertsmanagement.AddActionGroupsArgs(
                    action_type="AddActionGroups", action_group_ids=[alert_group(estate)]
                )
            ],
        ),
        tags=site_tags(estate, site),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[vault]),
    )
