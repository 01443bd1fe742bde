"""An estate's three stacks on a state of their own: the real engine, and a stand-in for Azure that only records."""

import fcntl
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from pyops.emulator.store import Store
from pyops.engines import pulumi
from pyops.engines.pulumi import Listener, Project, Run
from pyops.environments import previews
from pyops.environments.applying import apply_stacks, destroy_stacks
from pyops.environments.workspace import STACKS, Workspace
from pyops.estate import load
from tests.emulator.here import attached_here

INVENTORIES = Path(__file__).parents[2] / "inventories"
NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
"""The engine writes its whole state after each step unless told not to: only tests that kill it need that."""


@dataclass(frozen=True)
class Cloud:
    """A copy of an estate to edit, and what the engine and the stand-in remember of it."""

    folder: Path

    @classmethod
    def of(cls, inventory: str, folder: Path) -> "Cloud":
        """One for a copy of an inventory of this repository, nothing made yet."""
        shutil.copytree(INVENTORIES / inventory, folder / "inventory")
        return cls(folder)

    @classmethod
    def applied(cls, factory: pytest.TempPathFactory, name: str, stacks: Sequence[str] = STACKS) -> "Cloud":
        """One for the lab's estate, with these stacks of it applied; `name` is of its folder."""
        folder = factory.mktemp(name)
        shutil.copytree(_applied_once(_of_all_workers(factory), tuple(stacks)), folder, dirs_exist_ok=True)
        return cls(folder)

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.folder / "pulumi", load(self.folder / "inventory"))

    @property
    def store(self) -> Store:
        return Store(self.workspace.store)

    def edit(self, edits: Mapping[str, str]) -> None:
        """Replace texts of the estate file, each where it stands once."""
        file = self.folder / "inventory" / "estate.yml"
        text = file.read_text(encoding="utf-8")
        for old, new in edits.items():
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the estate"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")

    def up(
        self, listener: Listener | None = None, stacks: Sequence[str] = STACKS, *, checkpoints: bool = False
    ) -> Mapping[str, Run]:
        workspace = self._ready()
        settings = {} if checkpoints else NO_CHECKPOINTS
        with attached_here(workspace.store, workspace.estate.name) as environment:
            projects = [workspace.project(name, {**environment, **settings}) for name in stacks]
            return apply_stacks(projects, lambda _: nullcontext(), listener)

    def preview(self, stacks: Sequence[str] = STACKS) -> Mapping[str, Run]:
        return preview_all(self._ready(), tuple(stacks))

    def refresh(self, stack: str) -> Run:
        workspace = self._ready()
        with attached_here(workspace.store, workspace.estate.name) as environment:
            return pulumi.refresh(workspace.project(stack, environment))

    def destroy(self, *, checkpoints: bool = False) -> None:
        """Destroy all three, those first that stand on the others."""
        workspace = self._ready()
        settings = {} if checkpoints else NO_CHECKPOINTS
        with attached_here(workspace.store, workspace.estate.name) as environment:
            projects = [workspace.project(name, {**environment, **settings}) for name in STACKS]
            destroy_stacks(projects, lambda _: nullcontext())

    def project(self, stack: str) -> Project:
        return self.workspace.project(stack)

    def _ready(self) -> Workspace:
        workspace = self.workspace
        workspace.ready("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPGqNfXxjm1fmLDRVO/bQqF7v7bYQc+Apl/ZT2l3nzMn operator")
        return workspace


def _applied_once(shared: Path, stacks: tuple[str, ...]) -> Path:
    """The folder of the lab's estate with these stacks applied: made once in a run of the tests, and only copied then."""
    folder, begun = (shared / "-".join((*words, *stacks)) for words in (("applied",), ("begun",)))
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(begun, ignore_errors=True)
            *before, last = stacks
            if before:
                shutil.copytree(_applied_once(shared, tuple(before)), begun)
            cloud = Cloud(begun) if before else Cloud.of("lab", begun)
            cloud.up(stacks=[last])
            begun.rename(folder)
    return folder


def _of_all_workers(factory: pytest.TempPathFactory) -> Path:
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def preview_all(
    workspace: Workspace, stacks: tuple[str, ...] = STACKS, checkpoints: Path | None = None
) -> Mapping[str, Run]:
    """What `pyops.environments.previews.preview_all` does, with the stand-in in this process."""
    with patch.object(previews, "attached", attached_here):
        return previews.preview_all(workspace, stacks, checkpoints)


def summary(runs: Mapping[str, Run]) -> dict[str, list[tuple[str, str]]]:
    """What runs change, by stack: the engine's word and the resource's name; stacks without a change are left out."""
    found = {stack: sorted((step.operation, step.name) for step in run.changes) for stack, run in runs.items()}
    return {stack: changes for stack, changes in found.items() if changes}
