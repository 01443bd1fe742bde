"""Virtual disks: a folder each, which the host has at the disk's mount point.

A folder is as large as the machine's own disk: the size is remembered, not enforced.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pyops.files import disk_errors
from pyops.lab import locks, records
from pyops.lab.place import Lab, check_name


@dataclass(frozen=True, slots=True)
class Disk:
    """A virtual disk; its content outlives the host that it is attached to."""

    name: str
    gigabytes: int
    mount: str = "/srv/data"


def folder(lab: Lab, name: str) -> Path:
    """Where the content of a disk is on this machine."""
    return lab.state / "disks" / check_name(name)


def create(lab: Lab, disk: Disk) -> None:
    """Make the disk; again keeps its content."""
    with locks.record(lab, "disk", disk.name), disk_errors(lab.state):
        folder(lab, disk.name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder(lab, disk.name).mkdir(mode=0o755, exist_ok=True)
        records.save(lab, disk)


def read(lab: Lab, name: str) -> Disk | None:
    """What the disk was made as, or None when there is none or its folder is gone."""
    return records.load(lab, Disk, name) if folder(lab, name).is_dir() else None


def delete(lab: Lab, name: str) -> None:
    """Remove the disk and its content; nothing happens when there is none."""
    with locks.record(lab, "disk", name), disk_errors(lab.state):
        if folder(lab, name).exists():
            shutil.rmtree(folder(lab, name))
        records.forget(lab, Disk, name)
