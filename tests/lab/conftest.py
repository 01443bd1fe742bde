"""The running lab that the tests of this folder share: built and converged once, left as it was found."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
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

    def tried(self, host: str, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """What came of a command that may be refused, or fail."""
        return hosts.run(self.lab, host, command, stdin=stdin, check=False)

    def ssh(self, host: str, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Log in as people do: by plain ssh, with the host's key checked."""
        config = self.lab.state / "ssh_config"
        return subprocess.run(
            ["ssh", "-F", config, *options, host, command], capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def names(self) -> list[str]:
        return [server.name for server in self.estate.servers] + [desk.name for desk in self.estate.desktops.desks]


def ran(command: Sequence[str], *, check: bool = True, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command as an engineer types it; one that fails ends the test with the last of what it said, unless `check` is off."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if check and done.returncode:
        pytest.fail(
            f"{shlex.join(command)} exited {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}",
            pytrace=False,
        )
    return done


def pyops(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return ran(["pyops", *arguments], check=check)


def play(name: str, *arguments: str) -> list[str]:
    """The command that runs one of the playbooks."""
    return ["ansible-playbook", "-i", str(INVENTORY), f"playbooks/{name}.yml", *arguments]


def playbook(name: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return ran(play(name, *arguments), check=check)


def killed_after(words: str, command: Sequence[str], delay: float = 0.0) -> None:
    """Start a command; kill it and all that it started with SIGKILL once it says these words, and a little later."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            break
    else:
        pytest.fail(f"{shlex.join(command)} never said {words!r}\n{said[-4000:]}", pytrace=False)
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read(path: Path) -> bytes:
    """A file's content; none where the file is gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


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
