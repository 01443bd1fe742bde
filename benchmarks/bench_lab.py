"""A lab of 24 hosts from cached images: `pyops lab up` to all answering ssh, against booting them one by one."""

import shutil
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT, Contender, command, compare
from pyops.environments.laboratory import laboratory
from pyops.estate import load
from pyops.lab import hosts, ssh

LAB = ROOT / "inventories" / "lab"
NAME = "bench"


def inventory(folder: Path, applications: int) -> Path:
    """The lab's estate under another name, with so many application servers a site."""
    shutil.copytree(LAB, folder)
    file = folder / "estate.yml"
    text = file.read_text().replace("\nname: lab\n", f"\nname: {NAME}\n")
    few = "first: 40, count: {banbury: 1, towcester: 1, stratford: 1}"
    file.write_text(text.replace(few, few.replace(": 1", f": {applications}")))
    return folder


def one_by_one(folder: Path) -> None:
    """Cut every host's power, then boot each and wait for it before the next."""
    lab = laboratory(load(folder)).lab
    for host in hosts.every(lab):
        hosts.power_on(lab, host.name)
        ssh.wait_for_ssh(lab, [host.name], 60)


def all_off(folder: Path) -> None:
    lab = laboratory(load(folder)).lab
    for host in hosts.every(lab):
        hosts.power_off(lab, host.name)


def main() -> None:
    state = ROOT / ".lab" / NAME
    down = command("down", "pyops", "lab", "down", "--state", state)
    with tempfile.TemporaryDirectory() as scratch:
        folder = inventory(Path(scratch) / NAME, applications=4)
        up = command("up", "pyops", "-i", folder, "lab", "up")
        try:
            whole = Contender("pyops lab up, engine included", up.run, before=down.run)
            single = Contender("hosts alone, one by one", lambda: one_by_one(folder), before=lambda: all_off(folder))
            compare("Lab of 24 hosts from cached images", [whole, single], runs=3, budget="30 s")
        finally:
            down.run()


if __name__ == "__main__":
    main()
