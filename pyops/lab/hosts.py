"""Virtual machines: Debian hosts under systemd-nspawn, each over its image, in its own namespaces and cgroup."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace

from pyops import files
from pyops.errors import OutsideFailed, Refused
from pyops.lab import credentials, images, locks, ports, power, records, ssh, tools
from pyops.lab.host import Host, folder
from pyops.lab.place import Lab
from pyops.lab.ssh import wait_for_ssh

__all__ = [
    "Host",
    "create",
    "delete",
    "every",
    "is_running",
    "journal",
    "power_off",
    "power_on",
    "read",
    "resize",
    "run",
    "wait_for_ssh",
]


def create(lab: Lab, host: Host) -> None:
    """Make the host and boot it; returns once its init runs, which is before it answers to ssh.

    Again: a host that is off is switched on, ports that it did not have are plugged in, and another image is refused.
    """
    with locks.record(lab, "host", host.name):
        known = records.load(lab, Host, host.name)
        if known is not None and known.image != host.image:
            raise Refused(f"{host.name}: made from the image {known.image}, delete it to make it from {host.image}")
        if known is None or not folder(lab, host.name).layers.exists():
            _prepare(lab, host)
        records.save(lab, host)
        power.boot(lab, host)
    ssh.write_files(lab)
    for name in host.ports if known is not None and known.ports != host.ports else ():
        if (port := records.load(lab, ports.Port, name)) is not None:
            power.plug_into_running(lab, port)


def read(lab: Lab, name: str) -> Host | None:
    """What the host is now, or None when there is none or its disk is gone."""
    host = records.load(lab, Host, name)
    return host if host is not None and folder(lab, name).layers.exists() else None


def every(lab: Lab) -> list[Host]:
    """All hosts that were made, by name, on or off."""
    return records.everything(lab, Host)


def resize(lab: Lab, name: str, processors: int, memory_mb: int) -> None:
    """Give a host other processors and memory; what runs in it does not notice."""
    with locks.record(lab, "host", name):
        records.save(lab, replace(_known(lab, name), processors=processors, memory_mb=memory_mb))


def delete(lab: Lab, name: str) -> None:
    """Cut the host's power and remove its disk and keys; attached disks stay. Nothing happens when there is none."""
    with locks.record(lab, "host", name), files.disk_errors(lab.hosts):
        host = records.load(lab, Host, name)
        if host is not None:
            power.cut(lab, host)
        if (path := folder(lab, name).path).exists():
            shutil.rmtree(path)
        credentials.forget_host(lab, name)
        records.forget(lab, Host, name)
    ssh.write_files(lab)


def power_off(lab: Lab, name: str) -> None:
    """Cut the host's power, with no warning to what runs in it; it stays off until `power_on`."""
    with locks.record(lab, "host", name):
        power.cut(lab, _known(lab, name))


def power_on(lab: Lab, name: str) -> None:
    """Boot a host that is off; nothing happens when it is on."""
    with locks.record(lab, "host", name):
        power.boot(lab, _known(lab, name))


def is_running(lab: Lab, name: str) -> bool:
    """Whether the host has power."""
    return power.is_running(lab, name)


def run(
    lab: Lab, name: str, argv: Sequence[str], *, stdin: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command as root inside a host, by way of its namespaces: it needs neither ssh nor the network.

    Raises Refused when the host is off, OutsideFailed when the command fails and `check` is on.
    """
    process = power.leader(lab, name)
    if process is None:
        raise Refused(f"{name}: is off, or has not begun to run, so nothing can run in it")
    done = power.enter(process, list(argv), stdin)
    if check and done.returncode != 0:
        raise OutsideFailed(f"{name}: {tools.failure(argv, done)}")
    return done


def journal(lab: Lab, name: str) -> str:
    """All that the host's journal holds; of a host that is off, what it kept on its disk, else its console."""
    command = ["journalctl", "--no-pager", "--output=short-precise"]
    if power.leader(lab, name) is not None:
        return run(lab, name, command).stdout
    own = folder(lab, name)
    kept = own.upper / "var/log/journal"
    if kept.is_dir() and shutil.which("journalctl", path=tools.PATH):
        return tools.run([*command, f"--directory={kept}"], check=False).stdout
    return own.console.read_text(errors="replace") if own.console.exists() else ""


def _prepare(lab: Lab, host: Host) -> None:
    layers = images.layers(lab, host.image)
    path = folder(lab, host.name)
    with files.disk_errors(path.path):
        lab.hosts.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.path.mkdir(mode=0o755, exist_ok=True)
    files.write_whole(path.layers, "".join(f"{layer}\n" for layer in layers), files.FOR_ALL)


def _known(lab: Lab, name: str) -> Host:
    host = records.load(lab, Host, name)
    if host is None:
        raise Refused(f"{name}: the lab has no such host")
    return host
