"""Power of hosts: booting one over its image, cutting its power, and finding its first process."""

import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from pyops.errors import OutsideFailed, Refused
from pyops.lab import cgroups, disks, kernel_limits, locks, ports, provisioning, records, tools
from pyops.lab.host import Folder, Host, folder
from pyops.lab.place import Lab
from pyops.lab.ports import Port

_BOOT = Path(__file__).with_name("boot.sh")
_BOOT_PATIENCE_S = 60


def boot(lab: Lab, host: Host) -> None:
    """Switch a host on, and return once its init runs and its ports are plugged in; the caller holds its lock."""
    cgroup, own = cgroups.of_host(lab, host.name), folder(lab, host.name)
    own.is_off.unlink(missing_ok=True)
    if not cgroups.is_populated(cgroup):
        tools.need("systemd-nspawn", "nsenter", "unshare")
        kernel_limits.lift()
        own.is_plugged.unlink(missing_ok=True)
        ports.unplug(lab, list(host.ports))
        _start(lab, host, own, cgroup)
    if not own.is_plugged.exists():
        ports.plug(lab, _await_leader(lab, host.name), _ports(lab, host))
        own.is_plugged.touch()


def cut(lab: Lab, host: Host) -> None:
    """Take a host's power away at once; it stays off until it is switched on."""
    own = folder(lab, host.name)
    if own.path.exists():
        own.is_off.touch()
    cgroups.kill(cgroups.of_host(lab, host.name))
    ports.unplug(lab, list(host.ports))


def is_running(lab: Lab, name: str) -> bool:
    """Whether the host has power: anything of it runs."""
    return cgroups.is_populated(cgroups.of_host(lab, name))


def leader(lab: Lab, name: str) -> int | None:
    """The process on this machine that is the host's first process (systemd), once it is."""
    top = cgroups.of_host(lab, name)
    for cgroup in (top / "payload" / "init.scope", top / "payload", top, top / "supervisor"):
        for pid in cgroups.own_processes(cgroup):
            if _is_init(pid):
                return pid
    return None


def plug_into_running(lab: Lab, port: Port) -> None:
    """Plug a port into its host if that runs without it; the host's own networkd configures it."""
    host = host_of(lab, port.name)
    if host is None or not is_running(lab, host.name):
        return
    with locks.record(lab, "host", host.name):
        process = _await_leader(lab, host.name)
        network = ports.network_of(lab, port)
        path, text = provisioning.port_file(network, port, is_first=host.ports[0] == port.name)
        records.write_text(Path(f"/proc/{process}/root") / path, text)
        enter(process, ["networkctl", "reload"])
        ports.plug(lab, process, [port])


def runs_with(lab: Lab, port: str) -> bool:
    """Whether the host that has this port is up, past the moment when its ports were plugged in."""
    host = host_of(lab, port)
    return host is not None and is_running(lab, host.name) and folder(lab, host.name).is_plugged.exists()


def host_of(lab: Lab, port: str) -> Host | None:
    """The host that has a port."""
    return next((host for host in records.everything(lab, Host) if port in host.ports), None)


def enter(process: int, argv: list[str], stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command inside the host whose first process is given, as its root, without the network."""
    spaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
    return tools.run(["nsenter", "--target", str(process), *spaces, "--", *argv], stdin=stdin, check=False)


def last_words(lab: Lab, name: str, lines: int = 3) -> str:
    """The end of a host's console, for an error message."""
    try:
        text = folder(lab, name).console.read_text(errors="replace")
    except FileNotFoundError:
        return "it wrote nothing"
    return " / ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip()) or "it wrote nothing"


def _start(lab: Lab, host: Host, own: Folder, cgroup: Path) -> None:
    with tools.disk_errors(own.path):
        for path in (own.work, own.root):
            path.mkdir(mode=0o755, parents=True, exist_ok=True)
        provisioning.provision(lab, host, own.upper, _ports(lab, host))
        cgroups.remove(cgroup)
        cgroup.mkdir(parents=True)
        lowers = ":".join(_escape(layer) for layer in own.layers.read_text().splitlines())
        overlay = f"lowerdir={lowers},upperdir={_escape(own.upper)},workdir={_escape(own.work)}"
        replug = f"{sys.executable} -m pyops.lab.replug {lab.state} {host.name}"
        argv = ["unshare", "--mount", "--propagation", "private", "sh", _BOOT, cgroup, own.root, overlay, replug]
        with open(own.console, "ab") as console:
            _detach(map(str, [*argv, *_nspawn_options(lab, host)]), console)


def _detach(argv: "map[str]", console: object) -> None:
    """Start what outlives us; the shell in between ends at once, so that no dead child waits to be collected."""
    subprocess.run(
        ["setsid", "--fork", *argv],
        stdin=subprocess.DEVNULL,
        stdout=console,  # type: ignore[call-overload]
        stderr=subprocess.STDOUT,
        env={"PATH": tools.PATH, "LC_ALL": "C.UTF-8"},
        check=True,
    )
