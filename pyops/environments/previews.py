"""What the stacks would do, without credentials: the real engine, with the stand-in over the recorded state."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyops.emulator.attach import attached
from pyops.engines import pulumi
from pyops.engines.pulumi import Project, Run
from pyops.environments.workspace import STACKS, Workspace, lab_folder, preview_folder
from pyops.estate import Estate


def workspace_of(estate: Estate) -> Workspace:
    """The lab's state where the estate has a lab here, else a state of its own, in which nothing has been made yet."""
    lab = lab_folder(estate) / "pulumi"
    return Workspace(lab if lab.exists() else preview_folder(estate), estate)


def preview_all(
    workspace: Workspace, names: tuple[str, ...] = STACKS, checkpoints: Path | None = None
) -> Mapping[str, Run]:
    """Preview stacks side by side: each knows the others' ids without their outputs.

    `checkpoints` is a folder of exported states (`pulumi stack export > network.json`, ...) to start from.
    """
    workspace.ready()
    with attached(store=None, stack=None) as environment, ThreadPoolExecutor(len(names)) as pool:
        projects = [workspace.project(name, environment) for name in names]
        if checkpoints:
            _import(projects, checkpoints)
        return dict(zip(names, pool.map(pulumi.preview, projects), strict=True))


def _import(projects: list[Project], checkpoints: Path) -> None:
    for project in projects:
        file = checkpoints / f"{project.folder.name}.json"
        if file.exists():
            pulumi.called(project, "stack", "import", "--stack", project.stack, "--file", str(file.resolve()))
