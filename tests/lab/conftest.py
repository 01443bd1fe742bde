"""The running lab that the tests of this folder share: built and converged once, left as it was found."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pyops.estate import Estate, load
from pyops.lab import Lab, faults, hosts

ROOT = Path(__file__).parents[2]
INVENTORY = ROOT / "inventories" / "lab"


@dataclass(frozen=True)
class Site3:
    """The lab of three sites, with what tests do to it."""

    lab: Lab
    estate: Estate

    def pyops(
        self, *arguments: str, check: bool = True, inventory: Path = INVENTORY
    ) -> subprocess.CompletedProcess[str]:
        return pyops("-i", str(inventory), *arguments, check=check)

    def run(self, host: str, *command: str, stdin: str | None = None, check: bool = True) -> str:
        return hosts.run(self.lab, host, command, stdin=stdin, check=check).stdout

    def ssh(self, host: str, command: str) -> subprocess.CompletedProcess[str]:
        """Log in as people do: by plain ssh, with the host's key checked."""
        config = self.lab.state / "ssh_config"
        return subprocess.run(
            ["ssh", "-F", config, host, command], capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def names(self) -> list[str]:
        return [server.name for server in self.estate.servers] + [desk.name for desk in self.estate.desktops.desks]


def pyops(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["pyops", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if check and done.returncode:
        pytest.fail(
            f"pyops {' '.join(arguments)} exited {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}",
            pytrace=False,
        )
    return done


def playbook(*arguments: str, inventory: Path = INVENTORY) -> subprocess.CompletedProcess[str]:
    """`ansible-playbook` as an engineer types it."""
    command = ["ansible-playbook", "-i", str(inventory), "playbooks/site.yml", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def recap(output: str) -> dict[str, dict[str, int]]:
    """The counts of Ansible's PLAY RECAP by host."""
    lines = output.rpartition("PLAY RECAP")[2].splitlines()[1:]
    found = {}
    for line in lines:
        host, _, counts = line.partition(":")
        if "ok=" in counts:
            found[host.strip()] = {
                key: int(value) for key, _, value in (pair.partition("=") for pair in counts.split())
            }
    return found


@pytest.fixture(scope="session")
def three_sites() -> Site3:
    """The lab, up and converged."""
    if os.geteuid() != 0:
        pytest.skip("the lab needs root")
    pyops("-i", str(INVENTORY), "lab", "up")
    pyops("-i", str(INVENTORY), "lab", "converge")
    return Site3(Lab(ROOT / ".lab" / "lab"), load(INVENTORY))


@pytest.fixture
def healed(three_sites: Site3) -> Iterator[Site3]:
    """The lab for a test that breaks something: whole before it, and whole after it."""
    faults.heal(three_sites.lab)
    yield three_sites
    faults.heal(three_sites.lab)


@pytest.fixture(scope="module")
def directory(three_sites: Site3) -> Site3:
    """The directory with the estate's people in it."""
    faults.heal(three_sites.lab)
    three_sites.pyops("identity", "apply", "--yes")
    return three_sites
