"""Where a resource's own logs go."""

import pulumi
from pulumi_azure_native import monitor

from pyops.estate import Estate
from pyops.estate.azure import workspace


def send_logs(
    parent: pulumi.Resource,
    estate: Estate,
    name: str,
    resource: str,
    *after: pulumi.Resource,
    with_metrics: bool = True,
) -> pulumi.Resource:
    """Send all logs of a resource (its id), and its metrics where its type has some, to the estate's workspace."""
    return monitor.DiagnosticSetting(
        f"logs-{name}",
        name="to-workspace",
        resource_uri=resource.lstrip("/"),
        workspace_id=workspace(estate),
        logs=[monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)],
        metrics=[monitor.DiagnosticsMetricSettingsArgs(category="AllMetrics", enabled=True)] if with_metrics else None,
        log_analytics_destination_type="Dedicated",
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
    )
