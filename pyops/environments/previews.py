"""What the stacks would do, without credentials: the real engine, with the stand-in over the recorded state."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pyops.emulator.attach import attached
from pyops.engines import pulumi, stacks
from pyops.engines.events import SIGNATURE
from pyops.engines.pulumi import Project, Run
from pyops.environments.workspace import STACKS, Workspace, lab_folder, preview_folder
from pyops.errors import Refused
from pyops.estate import Estate

_NOTHING = '{"version": 3, "deployment": {}}'
"""An exported state in which nothing was ever made."""


def workspace_of(estate: Estate) -> Workspace:
    """The lab's state where the estate has a lab here, else a state of its own, in which nothing has been made yet."""
    lab = lab_folder(estate) / "pulumi"
    return Workspace(lab if lab.exists() else preview_folder(estate), estate)


def preview_all(
    workspace: Workspace, names: tuple[str, ...] = STACKS, checkpoints: Path | None = None
) -> Mapping[str, Run]:
    """Preview stacks side by side: each knows the others' ids without their outputs.

    `checkpoints` is a folder of exported states (`pulumi stack export > network.json`, ...) to start from; a stack
    without a file there starts from nothing, whatever an earlier preview has left behind.
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
            state = json.dumps(_readable(file, project))
            pulumi.called(project, "stack", "import", "--stack", project.stack, told=state)
        elif not stacks.is_empty(project):
            pulumi.called(project, "stack", "import", "--stack", project.stack, told=_NOTHING)


def _readable(file: Path, project: Project) -> Any:
    """An exported state as the project can open it; Refused where it is none."""
    try:
        state = _without_secrets(json.loads(file.read_text(encoding="utf-8")))
        state["deployment"]["secrets_providers"] = stacks.secrets_provider(project)
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{file}: is not what `pulumi stack export` writes") from None
    return state


def _without_secrets(state: Any) -> Any:
    """A state whose secrets are all the same word: a preview has no key to open them, and needs none."""
    if isinstance(state, list):
        return [_without_secrets(one) for one in state]
    if not isinstance(state, dict):
        return state
    if "ciphertext" in state and SIGNATURE in state:
        return {SIGNATURE: state[SIGNATURE], "plaintext": '"not known to a preview"'}
    return {name: _without_secrets(value) for name, value in state.items()}
