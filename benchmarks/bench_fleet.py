"""The fleet read against pyinfra, `ansible -m raw` and package_facts: controller CPU a host, side by side.

2,000 addresses of a network namespace of our own are one light ssh server (light_sshd.c: real handshakes and logins,
a prepared answer). package_facts runs Python on its targets: it gets a real sshd, and so do we beside it.
Needs root, nft, cc and libssh-dev; sshd for the last part. pyinfra is installed into an environment of its own.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import BIN, ROOT

HOSTS, DEAD, FEW, REAL = 2000, 200, 200, 20
SCRIPT = ROOT / "pyops" / "fleet" / "read.sh"
CURVE = "-o KexAlgorithms=curve25519-sha256 -o ControlMaster=no"
"""ssh's own default key exchange would cost Ansible 77 ms more for each host."""


@dataclass
class Measured:
    """Runs of one contender: CPU of its whole process tree a host in ms, seconds, and the tree's memory in MB."""

    name: str
    hosts: int
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: float = 0


@dataclass(frozen=True)
class Contender:
    """A command that reads so many hosts, and what its output must say for it to count."""

    name: str
    hosts: int
    words: Sequence[str | Path]
    is_done: Callable[[str], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT


def run(contender: Contender, measured: Measured) -> None:
    """One run, waited for with all that it started."""
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **contender.environment}
        words = [str(word) for word in contender.words]
        process = subprocess.Popen(
            words,
            cwd=contender.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            measured.peak = max(measured.peak, memory(process.pid))
            time.sleep(0.1)
        _, status, used = ended
        process.returncode = os.waitstatus_to_exitcode(status)
        measured.wall.append(time.perf_counter() - begin)
        measured.cpu.append((used.ru_utime + used.ru_stime) * 1000 / contender.hosts)
        output.seek(0)
        said = output.read().decode(errors="replace")
    if not contender.is_done(said):
        raise SystemExit(f"{contender.name}: did not read all hosts\n{said[-3000:]}")


def memory(session: int) -> float:
    """What all processes of a session hold, in MB; what several share counts once."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            if os.getsid(int(folder.name)) == session:
                total += int((folder / "smaps_rollup").read_text().split("Pss:")[1].split()[0])
    return total / 1024


def compare(title: str, contenders: Sequence[Contender], runs: int) -> None:
    """Run all in turn; print medians, and ratios of CPU to the first."""
    results = [Measured(contender.name, contender.hosts) for contender in contenders]
    for _ in range(runs):
        for contender, measured in zip(contenders, results, strict=True):
            run(contender, measured)
    table = Table(title=f"{title} ({runs} runs each)", title_justify="left")
    for column in ("what", "hosts", "CPU ms a host", "ratio", "wall s", "peak MB"):
        table.add_column(column, justify="left" if column == "what" else "right")
    first = statistics.median(results[0].cpu)
    for one in results:
        cpu = statistics.median(one.cpu)
        cells = (
            f"{one.hosts:,}",
            f"{cpu:.2f}",
            f"{cpu / first:.1f}",
            f"{statistics.median(one.wall):.1f}",
            f"{one.peak:.0f}",
        )
        table.add_row(one.name, *cells)
    Console(width=110).print(table)


@dataclass(frozen=True)
class Ground:
    """Where everything lies, and who logs in."""

    folder: Path
    key: Path
    known_hosts: Path

    def addresses(self, name: str, addresses: Sequence[str]) -> Path:
        """A file with addresses."""
        file = self.folder / name
        file.write_text("\n".join(addresses) + "\n")
        return file

    def ours(self, name: str, addresses: Sequence[str], expected: str, processes: int = 1) -> Contender:
        """Our read of these."""
        hosts = self.addresses(name.replace(" ", "_"), addresses)
        files: list[str | Path] = [self.key, self.known_hosts, self.folder / "fleet.db"]
        words = [sys.executable, "-m", "benchmarks.fleet_read", hosts, "root", *files, str(processes)]
        return Contender(name, len(addresses), words, lambda said: expected in said)

    def ansible(self, name: str, addresses: Sequence[str], expected: str, *arguments: str) -> Contender:
        """Ansible's ad-hoc command, as quick as its settings make it."""
        hosts = self.addresses(f"{len(addresses)}.ini", addresses)
        ssh = f"{CURVE} -o UserKnownHostsFile={self.known_hosts} -o StrictHostKeyChecking=yes -i {self.key}"
        words: list[str | Path] = ["ansible", "-i", hosts, "all", "-u", "root", "-f", "50", *arguments]
        (self.folder / "empty.cfg").touch()
        environment = {
            "ANSIBLE_CONFIG": str(self.folder / "empty.cfg"),
            "ANSIBLE_SSH_ARGS": ssh,
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
        }
        return Contender(name, len(addresses), words, lambda said: said.count(expected) == len(addresses), environment)

    def pyinfra(self, addresses: Sequence[str]) -> Contender | None:
        """The pyinfra of PyPI with its one fact of packages; None where it cannot be installed."""
        home = self.folder / "pyinfra"
        make = [sys.executable, "-m", "venv", str(home)]
        install = [str(home / "bin" / "pip"), "install", "-q", "pyinfra"]
        if any(subprocess.run(words, check=False).returncode for words in (make, install)):
            return None
        data = {"ssh_user": "root", "ssh_key": str(self.key), "ssh_known_hosts_file": str(self.known_hosts),
                "ssh_strict_host_key_checking": "yes"}  # fmt: skip
        inventory = self.folder / "inventory.py"
        inventory.write_text(f"hosts = ({list(addresses)!r}, {data!r})\n")
        words = (home / "bin" / "pyinfra", "-y", "--parallel", "50", inventory, "fact", "deb.DebPackages")
        count = len(addresses)
        return Contender(
            "pyinfra fact deb.DebPackages",
            count,
            words,
            lambda said: said.count("adduser") == count,
            folder=self.folder,
        )


def fleet() -> list[str]:
    return [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(HOSTS)]


@contextmanager
def light_servers(ground: Ground, host_key: Path) -> Iterator[None]:
    """Every address of the namespace answers as this machine would."""
    program, answer, other = (ground.folder / name for name in ("light_sshd", "answer", "other"))
    source = ROOT / "benchmarks" / "light_sshd.c"
    built = subprocess.run(["cc", "-O2", "-w", "-o", program, source, "-lssh", "-lpthread"], check=False)
    if built.returncode:
        raise SystemExit(f"{source}: cannot be built, it needs the Debian packages gcc and libssh-dev")
    answer.write_bytes(subprocess.run(["sh", SCRIPT, "@NONCE@", "", "/none"], capture_output=True, check=True).stdout)
    other.write_bytes(
        subprocess.run(["dpkg", "-l"], capture_output=True, check=True, env={**os.environ, "COLUMNS": "200"}).stdout
    )
    process = subprocess.Popen([program, "22", host_key, f"{ground.key}.pub", answer, other])
    try:
        time.sleep(0.5)
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def real_server(ground: Ground, host_key: Path) -> Iterator[None]:
    """A real sshd in place of the light one."""
    config = ground.folder / "sshd_config"
    settings = {"HostKey": host_key, "AuthorizedKeysFile": f"{ground.key}.pub", "UsePAM": "no", "StrictModes": "no",
                "MaxStartups": "1000", "PermitRootLogin": "yes", "PidFile": "none"}  # fmt: skip
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", config])
    try:
        time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in ("key", "host_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        ground = Ground(folder, folder / "key", folder / "known_hosts")
        public = " ".join((folder / "host_key.pub").read_text().split()[:2])
        dead = [f"127.9.0.{number + 1}" for number in range(DEAD)]
        ground.known_hosts.write_text("".join(f"{address} {public}\n" for address in (*fleet(), *dead)))
        pyinfra = ground.pyinfra(fleet())
        if pyinfra is None:
            print("pyinfra cannot be installed here: compared without it")
        os.unshare(os.CLONE_NEWNET)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["nft", "-f", "-"], input=DROPPED, text=True, check=True)
        with light_servers(ground, folder / "host_key"):
            against_light_servers(ground, pyinfra, dead)
        if shutil.which("sshd", path="/usr/sbin:/usr/bin"):
            with real_server(ground, folder / "host_key"):
                against_a_real_one(ground)
        else:
            print("no sshd on this machine: compared without package_facts")


DROPPED = """
table ip dead {
    chain input {
        type filter hook input priority 0
        ip daddr 127.9.0.0/16 drop
    }
}
"""
"""Packets to hosts that are off vanish."""


def against_light_servers(ground: Ground, pyinfra: Contender | None, dead: list[str]) -> None:
    ours = ground.ours("pyops fleet", fleet(), f"{HOSTS} read")
    halves = ground.ours("pyops fleet, 2 processes", fleet(), f"{HOSTS} read", processes=2)
    partly = ground.ours(
        "pyops fleet, 200 of them off", [*fleet()[DEAD:], *dead], f"{HOSTS - DEAD} read, {DEAD} unreachable"
    )
    compare(
        "Packages and facts of 2,000 hosts (budget 3 ms, 100 MB)",
        [ours, *([pyinfra] if pyinfra else []), halves, partly],
        3,
    )
    few = fleet()[:FEW]
    raw = ground.ansible("ansible -m raw, forks 50", few, "| CHANGED |", "-m", "raw", "-a", "dpkg -l")
    compare("The same of 200 hosts, start included", [ground.ours("pyops fleet", few, f"{FEW} read"), raw], 3)


def against_a_real_one(ground: Ground) -> None:
    few = fleet()[:REAL]
    facts = ground.ansible("ansible -m package_facts, forks 50", few, "| SUCCESS", "-m", "package_facts", "-o")
    compare("20 hosts behind a real sshd, start included", [ground.ours("pyops fleet", few, f"{REAL} read"), facts], 3)


if __name__ == "__main__":
    main()
