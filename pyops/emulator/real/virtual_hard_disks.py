"""A virtual hard disk is a folder that a host has at the disk's mount point."""

# ruff: noqa: D103
# What the four verbs do is said once, in `pyops.emulator.realize.Realizer`.

from pyops.emulator.real.facts import changed, first
from pyops.emulator.values import Properties
from pyops.lab import Disk, Lab, disks


def create(lab: Lab, name: str, inputs: Properties) -> None:
    disks.create(lab, Disk(name, first(inputs, "diskSizeGB", name)))


def update(lab: Lab, name: str, inputs: Properties) -> None:
    """Only tags change in place, and the lab does not know them."""


def read(lab: Lab, name: str, inputs: Properties) -> Properties | None:
    disk = disks.read(lab, name)
    return changed(inputs, "diskSizeGB", disk.gigabytes) if disk else None


def delete(lab: Lab, name: str) -> None:
    disks.delete(lab, name)
