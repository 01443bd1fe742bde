"""The lab of an estate: everything in its order, from an empty machine to hosts that answer.

Each step may be interrupted and begun again: what is there is kept, what is missing is made.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pyops.emulator.attach import attached
from pyops.engines.pulumi import Listener, Run
from pyops.environments.applying import apply_stacks
from pyops.environments.credentials import make_credentials, operator_key
from pyops.environments.desks import boot_desks
from pyops.environments.fingerprint import is_applied, mark_applied
from pyops.environments.steps import Step
from pyops.environments.workspace import STACKS, Workspace, lab_folder
from pyops.estate import Estate
from pyops.lab import Lab, images, lifecycle, repository, ssh

ANSWER_SECONDS = 180
"""How long hosts may take to answer after their boot: a machine under load needs many times the usual four seconds."""


@dataclass(frozen=True)
class Laboratory:
    """An estate and the lab that stands for it here."""

    estate: Estate
    lab: Lab

    @property
    def workspace(self) -> Workspace:
        """The engine's state of this lab."""
        return Workspace(self.lab.state / "pulumi", self.estate)

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts that the lab has when it is complete."""
        return tuple(self.estate.addresses)

    @contextmanager
    def attached(self) -> Iterator[Mapping[str, str]]:
        """The stand-in for Azure, making things real in this lab; yields the engine's environment."""
        with attached(self.workspace.store, self.estate.name, self.lab.state) as environment:
            yield environment


def laboratory(estate: Estate) -> Laboratory:
    """The lab of an estate in this checkout, whether it runs or not."""
    return Laboratory(estate, Lab(lab_folder(estate)))


def build(laboratory: Laboratory, step: Step, listener: Listener | None = None) -> Mapping[str, Run]:
    """Build or complete the lab; returns what the engine did, if anything. The caller holds the lab's lock."""
    lab, estate = laboratory.lab, laboratory.estate
    with step("prepare namespaces"):
        lifecycle.prepare(lab)
    for image in estate.images.values():
        with step(f"image {image.id}"):
            images.build(lab, image.id, image.packages, image.release)
    with step("package repository"):
        repository.start(lab, estate.packages.suite)
    with step("keys"):
        make_credentials(lab, estate)
    done = apply(laboratory, step, listener)
    with step(f"desks of the register ({len(laboratory.hosts) - len(estate.servers)})"):
        boot_desks(lab, estate, operator_key(lab))
    with step(f"{len(laboratory.hosts)} hosts answer ssh"):
        ssh.write_files(lab)
        ssh.wait_for_ssh(lab, laboratory.hosts, ANSWER_SECONDS)
    return done


def apply(laboratory: Laboratory, step: Step, listener: Listener | None = None) -> Mapping[str, Run]:
    """Apply the three stacks in order, unless nothing that they depend on has changed since they were last applied."""
    workspace = laboratory.workspace
    with step("engine's state"):
        workspace.ready(operator_key(laboratory.lab))
    if all(is_applied(workspace.project(name), laboratory.estate) for name in STACKS):
        return {}
    with laboratory.attached() as environment:
        projects = [workspace.project(name, environment) for name in STACKS]
        runs = apply_stacks(projects, step, listener)
    for project in projects:
        mark_applied(project, laboratory.estate)
    return runs
