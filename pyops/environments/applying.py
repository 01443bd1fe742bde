"""The three stacks applied in their order, and what they no longer hold removed in the other order.

A site's networks must be there before its servers, and its servers gone before its networks: one pass cannot do both.
"""

from collections.abc import Mapping, Sequence

from pyops.engines import pulumi
from pyops.engines.pulumi import Listener, Project, Run
from pyops.environments.steps import Step

USED_BY_OTHERS = ("network",)
"""Stacks whose resources those of later stacks hang on."""


def apply_stacks(projects: Sequence[Project], step: Step, listener: Listener | None = None) -> Mapping[str, Run]:
    """Apply every project; the runs by name, those that only remove under `remove from NAME`."""
    runs: dict[str, Run] = {}
    leaving: dict[str, list[str]] = {}
    for project in projects:
        name = project.folder.name
        with step(f"pulumi up {name}"):
            leaving[name] = _removals(project) if name in USED_BY_OTHERS and len(projects) > 1 else []
            runs[name] = pulumi.up(project, listener, exclude=leaving[name])
    for project in reversed(projects):
        name = project.folder.name
        if leaving[name]:
            with step(f"remove from {name}"):
                runs[f"remove from {name}"] = pulumi.up(project, listener)
    return runs


def _removals(project: Project) -> list[str]:
    """The resources that the program no longer has."""
    return [change.urn for change in pulumi.preview(project).changes if change.operation == "delete"]
