"""Alerts about hosts: one that is silent, a pool below its target, a disk that is nearly full."""

from collections.abc import Iterable, Mapping
from enum import IntEnum

import pulumi
from pulumi_azure_native import monitor

from pyops.components.tags import shared_tags, site_tags
from pyops.estate import Estate
from pyops.estate.azure import MONITORING_GROUP, alert_group, workspace
from pyops.estate.hosts import Server
from pyops.estate.network import Site
from pyops.estate.servers import Pool

USED_SPACE_PER_CENT = 85
LOOKS_EVERY = "PT5M"
LOOKS_BACK = "PT15M"
"""ISO 8601. Agents send a heartbeat every minute: a host that was restarted in its window has long sent one again."""


class Severity(IntEnum):
    """Azure's own scale."""

    CRITICAL = 0
    ERROR = 1
    WARNING = 2


def declare_alerts(parent: pulumi.Resource, estate: Estate) -> None:
    """One rule a site for silent hosts, one a pool for its target, one for all disks."""
    for site in estate.sites.values():
        servers = [server for server in estate.servers if server.site == site.id]
        if servers:
            _silent_hosts(parent, estate, site, servers)
    for pool in estate.pools.values():
        if pool.target:
            _below_target(parent, estate, pool)
    _full_disks(parent, estate)


def _silent_hosts(parent: pulumi.Resource, estate: Estate, site: Site, servers: Iterable[Server]) -> None:
    """Hosts of the plan without a heartbeat: also those that never sent one."""
    query = _lines(
        f"datatable(Host: string) [{_names(servers)}]",
        f"join kind=leftanti ({_HEARTBEATS}) on Host",
        "extend TimeGenerated = now()",
    )
    _rule(
        parent,
        estate,
        f"alert-silent-hosts-{site.id}",
        f"A server of {site.id} has sent no heartbeat for a quarter of an hour.",
        Severity.ERROR,
        monitor.ConditionArgs(
            query=query,
            operator="GreaterThan",
            threshold=0,
            time_aggregation="Count",
            dimensions=_each("Host"),
            failing_periods=_at_once(),
        ),
        site_tags(estate, site),
    )


def _below_target(parent: pulumi.Resource, estate: Estate, pool: Pool) -> None:
    servers = [server for server in estate.servers if server.pool is pool]
    query = _lines(
        _HEARTBEATS,
        f"where Host in ({_names(servers)})",
        "summarize Servers = dcount(Host)",
        "extend TimeGenerated = now()",
    )
    _rule(
        parent,
        estate,
        f"alert-below-target-{pool.id}",
        f"Fewer than {pool.target} servers of the pool {pool.id} are left: the service cannot hold its promise.",
        Severity.CRITICAL,
        monitor.ConditionArgs(
            query=query,
            operator="LessThan",
            threshold=pool.target,
            time_aggregation="Minimum",
            metric_measure_column="Servers",
            failing_periods=_at_once(),
        ),
        shared_tags(estate, pool=pool.id),
    )


def _full_disks(parent: pulumi.Resource, estate: Estate) -> None:
    query = _lines(
        "Perf",
        'where ObjectName == "Logical Disk" and CounterName == "% Used Space" and InstanceName != "_Total"',
        "project TimeGenerated, Computer, InstanceName, CounterValue",
    )
    _rule(
        parent,
        estate,
        "alert-full-disks",
        f"A disk of a server is more than {USED_SPACE_PER_CENT} % full.",
        Severity.WARNING,
        monitor.ConditionArgs(
            query=query,
            operator="GreaterThan",
            threshold=USED_SPACE_PER_CENT,
            time_aggregation="Average",
            metric_measure_column="CounterValue",
            dimensions=_each("Computer", "InstanceName"),
            failing_periods=_at_once(),
        ),
        shared_tags(estate),
    )


_HEARTBEATS = 'Heartbeat | extend Host = tolower(tostring(split(Computer, ".")[0]))'
"""An agent names its computer as the host does, with or without the domain."""


def _names(servers: Iterable[Server]) -> str:
    return ", ".join(f'"{server.name}"' for server in servers)


def _lines(*steps: str) -> str:
    return "\n| ".join(steps)


def _each(*columns: str) -> list[monitor.DimensionArgs]:
    """An alert of its own for each value of a column."""
    return [monitor.DimensionArgs(name=column, operator="Include", values=["*"]) for column in columns]


def _at_once() -> monitor.ConditionFailingPeriodsArgs:
    return monitor.ConditionFailingPeriodsArgs(number_of_evaluation_periods=1, min_failing_periods_to_alert=1)


def _rule(
    parent: pulumi.Resource,
    estate: Estate,
    name: str,
    description: str,
    severity: Severity,
    condition: monitor.ConditionArgs,
    tags: Mapping[str, str],
) -> None:
    """A query over the estate's workspace that calls the estate's action group, and takes the alert back by itself."""
    monitor.ScheduledQueryRule(
        name,
        rule_name=name,
        resource_group_name=MONITORING_GROUP,
        location=estate.azure.regions[0],
        kind="LogAlert",
        description=description,
        severity=int(severity),
        enabled=True,
        scopes=[workspace(estate)],
        evaluation_frequency=LOOKS_EVERY,
        window_size=LOOKS_BACK,
        criteria=monitor.ScheduledQueryRuleCriteriaArgs(all_of=[condition]),
        actions=monitor.ActionsArgs(action_groups=[alert_group(estate)]),
        auto_mitigate=True,
        tags=tags,
        opts=pulumi.ResourceOptions(parent=parent, replace_on_changes=["location"]),
    )
