"""Power of hosts: booting one over its image, cutting its power, and finding its first process."""

import subprocess
import sys
import time
from pathlib import Path

from pyops import files
from pyops.errors import OutsideFailed, Refused
from pyops.lab import cgroups, disks, kernel_limits, locks, ports, provisioning, records, tools
from pyops.lab.host import Folder, Host, folder
from pyops.lab.networks import Network
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
        plug_all(lab, host)


def plug_all(lab: Lab, host: Host) -> None:
    """Plug every port of a host that has just begun to run into it; the caller holds its lock."""
    ports.plug(lab, _await_leader(lab, host.name), _ports(lab, host))
    folder(lab, host.name).is_plugged.touch()


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
    """Plug a port into its host if that runs without it, and configure it there."""
    host = host_of(lab, port.name)
    if host is None or not is_running(lab, host.name):
        return
    with locks.record(lab, "host", host.name):
        process = _await_leader(lab, host.name)
        network = ports.network_of(lab, port)
        path, text = provisioning.port_file(network, port, is_first=host.ports[0] == port.name)
        files.write_whole(Path(f"/proc/{process}/root") / path, text, files.FOR_ALL)
        ports.plug(lab, process, [port])
        _configure(process, network, port, is_first=host.ports[0] == port.name)


def _configure(process: int, network: Network, port: Port, *, is_first: bool) -> None:
    """Do what the host's networkd will do from its next start.

    Reloading it would configure all other interfaces anew: their addresses go for a moment, and with them routes that
    FRR does not bring back.
    """
    address = f"{port.address}/{network.prefix.prefixlen}"
    enter(process, ["ip", "address", "replace", address, "dev", network.interface])
    enter(process, ["ip", "link", "set", network.interface, "up"])
    if is_first and network.gateway and network.gateway != port.address:
        enter(process, ["ip", "route", "replace", "default", "via", str(network.gateway)])


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
    with files.disk_errors(own.path):
        for path in (own.work, own.root):
            path.mkdir(mode=0o755, parents=True, exist_ok=True)
        provisioning.provision(lab, host, own.upper, _ports(lab, host))
        cgroups.remove(cgroup)
        cgroup.mkdir(parents=True)
        lowers = ":".join(_escape(layer) for layer in own.layers.read_text().splitlines())
        overlay = f"lowerdir={lowers},upperdir={_escape(own.upper)},workdir={_escape(own.work)}"
        places = map(str, (cgroup, own.root, overlay, sys.executable, lab.state))
        argv = ["sh", str(_BOOT), *places, host.name, *_options(lab, host)]
        # Slave: a namespace that is deleted on the machine is not kept alive by the hosts' copies of its mount.
        with own.console.open("ab") as console:
            tools.detach(["unshare", "--mount", "--propagation", "slave", *argv], console)


def _options(lab: Lab, host: Host) -> list[str]:
    """What nspawn gives this host: tun for user-space tunnels, fuse for file systems, and its disks."""
    options = [f"--machine={host.name}"]
    options += [f"--bind={device}" for device in ("/dev/net/tun", "/dev/fuse") if Path(device).exists()]
    for name in host.disks:
        disk = disks.read(lab, name)
        if disk is None:
            raise Refused(f"{host.name}: has the disk {name}, which the lab does not have")
        outside, inside = (str(path).replace(":", "\\:") for path in (disks.folder(lab, name), disk.mount))
        options.append(f"--bind={outside}:{inside}")
    return options


def _ports(lab: Lab, host: Host) -> list[Port]:
    found = {name: records.load(lab, Port, name) for name in host.ports}
    missing = [name for name, port in found.items() if port is None]
    if missing:
        raise Refused(f"{host.name}: has the interface {missing[0]}, which the lab does not have")
    return [port for port in found.values() if port is not None]


def _await_leader(lab: Lab, name: str) -> int:
    cgroup = cgroups.of_host(lab, name)
    until = time.monotonic() + _BOOT_PATIENCE_S
    started = False
    while time.monotonic() < until:
        if (process := leader(lab, name)) is not None:
            return process
        if started and not cgroups.is_populated(cgroup):
            raise OutsideFailed(f"{name}: did not boot, its console ends with: {last_words(lab, name)}")
        started = started or cgroups.is_populated(cgroup)
        time.sleep(0.01)
    raise OutsideFailed(f"{name}: no init after {_BOOT_PATIENCE_S} s, its console ends with: {last_words(lab, name)}")


def _is_init(pid: int) -> bool:
    """Whether a process is the first of a process namespace of its own, and has become systemd already."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return fields["Name"].strip() == "systemd" and fields["NSpid"].split()[1:] == ["1"]


def _escape(path: str | Path) -> str:
    """A path as a value among overlayfs options, where a colon and a comma part values."""
    return str(path).replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")
