"""Removals below a lock: Azure refuses them until the lock is gone, and the engine would first make the lock anew.

So the locks in the way go in a run of their own, and with them all that nothing else hangs on: there are never more
replication policies than Azure takes. What something else still hangs on goes once that has been changed.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pyops.engines import pulumi
from pyops.engines.pulumi import Project, Run

_LOCK = "azure-native:authorization:ManagementLockByScope"


@dataclass(frozen=True)
class Unlocking:
    """URNs of a stack: the locks to lift, what can go with them at once, and what can go only later."""

    locks: tuple[str, ...]
    at_once: tuple[str, ...]
    later: tuple[str, ...]


def unlocking(project: Project, preview: Run) -> Unlocking | None:
    """What the removals that a preview shows take; None when no lock that stays is in their way."""
    leaving = {change.urn for change in preview.changes if change.operation == "delete"}
    if not leaving:
        return None
    exported = json.loads(pulumi.called(project, "stack", "export", "--stack", project.stack))
    resources = {one["urn"]: one for one in exported["deployment"].get("resources", [])}
    removed = [_comparable(resources[urn].get("id", "")) for urn in leaving if urn in resources]
    locks = tuple(
        urn
        for urn, one in resources.items()
        if one["type"] == _LOCK
        and urn not in leaving
        and any(place.startswith(_comparable(one["inputs"]["scope"])) for place in removed)
    )
    if not locks:
        return None
    later = _needed(resources, leaving, {*resources} - leaving - {*locks})
    return Unlocking(locks, tuple(sorted(leaving - later)), tuple(sorted(later)))


def _needed(resources: Mapping[str, Any], leaving: Collection[str], staying: Collection[str]) -> set[str]:
    """Of what is leaving, that on which something that stays hangs as recorded, by whatever way."""
    needed: set[str] = set()
    looked_at = list(staying)
    while looked_at:
        one = resources.get(looked_at.pop(), {})
        for urn in (*one.get("dependencies", ()), *filter(None, [one.get("parent")])):
            if urn in leaving and urn not in needed:
                needed.add(urn)
                looked_at.append(urn)
    return needed


def _comparable(arm_id: str) -> str:
    """Azure compares ids without regard to case; a lock's scope is written without its first slash."""
    return f"{arm_id.strip('/').lower()}/"
