"""One cgroup for each host, below one for each lab: who runs in it, and how to end all of it at once."""

import os
import time
from functools import cache
from pathlib import Path

from pyops.errors import OutsideFailed
from pyops.lab.place import Lab


@cache
def root() -> Path:
    """Where this machine has its cgroup2 hierarchy: /sys/fs/cgroup, or elsewhere where it is mixed with the old one."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split(" ")
        if kind == "cgroup2":
            return Path(where)
    raise OutsideFailed("/sys/fs/cgroup: no cgroup2 hierarchy is mounted on this machine, the lab needs one")


def of_lab(lab: Lab) -> Path:
    """The cgroup that holds all of a lab's processes."""
    return root() / lab.name


def of_host(lab: Lab, name: str) -> Path:
    """The cgroup of one host, or of a service of the lab's own."""
    return of_lab(lab) / name


def of_beside(lab: Lab, name: str) -> Path:
    """The cgroup of what runs beside one host; no host has a name that begins with a dot."""
    return of_lab(lab) / f".beside-{name}"


def is_populated(cgroup: Path) -> bool:
    """Whether a process lives in the cgroup or below it."""
    try:
        return "populated 1" in (cgroup / "cgroup.events").read_text()
    except OSError:
        return False


def own_processes(cgroup: Path) -> list[int]:
    """The processes of a cgroup itself; none when it is gone."""
    try:
        return [int(pid) for pid in (cgroup / "cgroup.procs").read_text().split()]
    except OSError:
        return []


def processes(cgroup: Path) -> list[int]:
    """The processes of a cgroup and of all below it."""
    return [pid for folder, _, _ in os.walk(cgroup) for pid in own_processes(Path(folder))]


def kill(cgroup: Path, patience_s: float = 20) -> None:
    """End every process of the cgroup at once, as a power cut would, and remove it."""
    if not cgroup.exists():
        return
    (cgroup / "cgroup.kill").write_text("1")
    until = time.monotonic() + patience_s
    while is_populated(cgroup):
        if time.monotonic() > until:
            raise OutsideFailed(f"{cgroup}: processes {processes(cgroup)} survived being killed for {patience_s:g} s")
        time.sleep(0.005)
    remove(cgroup)


def remove(cgroup: Path) -> None:
    """Remove an empty cgroup with all below it; nothing happens when there is none."""
    for folder, _, _ in os.walk(cgroup, topdown=False):
        for attempt in range(100):
            try:
                Path(folder).rmdir()
            except FileNotFoundError:
                pass
            except OSError:  # busy until the kernel has buried the last process
                if attempt == 99:
                    raise
                time.sleep(0.01)
                continue
            break
