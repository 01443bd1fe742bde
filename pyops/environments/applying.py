"""The three stacks applied in their order, and what they no longer hold removed in the other order.

A site's networks must be there before its servers, and its servers gone before its networks: one pass cannot do both.

What holds data is protected, but the engine finds that late, when it has removed all the rest: so every stack is
previewed first, and what would be refused is refused before anything is touched.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from pyops.engines import pulumi, stacks
from pyops.engines.pulumi import Listener, Project, Run
from pyops.environments.steps import Step
from pyops.environments.unlocking import unlocking
from pyops.errors import OutsideFailed

USED_BY_OTHERS = ("network",)
"""Stacks whose resources those of later stacks hang on."""


def apply_stacks(projects: Sequence[Project], step: Step, listener: Listener | None = None) -> Mapping[str, Run]:
    """Apply every project; the runs by name, those that only remove under `remove from NAME` or `unlock NAME`."""
    runs: dict[str, Run] = {}
    with step("preview of what is there"):
        previews = _previews(projects)
    leaving = _removals(previews) if len(projects) > 1 else {}
    for project in projects:
        name = project.folder.name
        if name in previews and name not in leaving:
            runs |= _unlocked(project, previews[name], step, listener)
        with step(f"pulumi up {name}"):
            runs[name] = pulumi.up(project, listener, exclude=leaving.get(name, ()))
    for project in reversed(projects):
        name = project.folder.name
        if leaving.get(name):
            with step(f"remove from {name}"):
                runs[f"remove from {name}"] = pulumi.up(project, listener)
    return runs


def locks_in_the_way(projects: Sequence[Project], previews: Mapping[str, Run]) -> frozenset[str]:
    """URNs of the locks that `apply_stacks` would lift for the removals that previews show, and set again."""
    found = [
        unlocking(project, previews[project.folder.name])
        for project in projects
        if project.folder.name not in USED_BY_OTHERS
    ]
    return frozenset(urn for one in found if one for urn in one.locks)


def destroy_stacks(projects: Sequence[Project], step: Step, listener: Listener | None = None) -> Mapping[str, Run]:
    """Delete what every project made, those first that stand on the others; the runs by name."""
    runs: dict[str, Run] = {}
    with step("preview of what is there"):
        _side_by_side(partial(pulumi.destroy, preview_only=True), projects)
    for project in reversed(projects):
        name = project.folder.name
        with step(f"pulumi destroy {name}"):
            runs[name] = pulumi.destroy(project, listener)
    return runs


def _unlocked(project: Project, preview: Run, step: Step, listener: Listener | None) -> Mapping[str, Run]:
    """Remove what a stack no longer has where locks are in the way; the run to come sets the locks again."""
    found, name = unlocking(project, preview), f"unlock {project.folder.name}"
    if not found:
        return {}
    with step(name):
        runs = {name: pulumi.destroy(project, listener, targets=[*found.locks, *found.at_once])}
        if found.later:
            runs[f"{name}, then change"] = pulumi.up(project, listener, exclude=found.locks)
    return runs


def _previews(projects: Sequence[Project]) -> Mapping[str, Run]:
    """What is to change in every stack that was applied before, by stack."""
    recorded = [project for project in projects if not stacks.is_empty(project)]
    runs = zip(recorded, _side_by_side(pulumi.preview, recorded), strict=True)
    return {project.folder.name: run for project, run in runs}


def _removals(previews: Mapping[str, Run]) -> Mapping[str, list[str]]:
    """The resources that a stack's program no longer has and that must outlive other stacks' removals, by stack."""
    return {
        name: [change.urn for change in run.changes if change.operation == "delete"]
        for name, run in previews.items()
        if name in USED_BY_OTHERS
    }


def _side_by_side(verb: Callable[[Project], Run], projects: Sequence[Project]) -> list[Run]:
    """One run a project; raises OutsideFailed with what each of them refuses."""
    with ThreadPoolExecutor(max(len(projects), 1)) as pool:
        tried = [pool.submit(verb, project) for project in projects]
    refused = [str(error) for one in tried if isinstance(error := one.exception(), OutsideFailed)]
    if refused:
        raise OutsideFailed("\n".join(refused))
    return [one.result() for one in tried]
