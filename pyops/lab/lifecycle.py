"""A lab as a whole: making its ground, picking up after a crash or a restart of the machine, and taking it down."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyops import files
from pyops.errors import Refused
from pyops.lab import cgroups, faults, hosts, interfaces, kernel_limits, namespaces, networks, power, records, tools
from pyops.lab.host import Host, folder
from pyops.lab.networks import Network
from pyops.lab.place import BRIDGE, HANDOVER, Lab

_TOOLS = ("ip", "mount", "nft", "nsenter", "setsid", "systemd-nspawn", "umount", "unshare")
_AT_ONCE = 8  # hosts that boot together: more only wait for each other on a small machine


def prepare(lab: Lab) -> None:
    """Make the ground of a lab, and bring back what is recorded but gone, except what was taken away by hand.

    Networks, carriers, cuts and hosts that are meant to be on come back after a crash or a restart of the machine.
    Nothing changes in a lab that stands.
    """
    tools.need(*_TOOLS)
    if os.geteuid() != 0:
        raise Refused(f"{lab.state}: only root may run a lab (namespaces, mounts), use sudo")
    files.write_whole(_marker(lab), _mark(lab), files.FOR_ALL)
    kernel_limits.lift()
    restarted = not namespaces.exists(lab.namespace)
    namespaces.create(lab.namespace, forwards=False)
    if restarted:
        for network in networks.every(lab):
            networks.create(lab, network)
    _finish_networks(lab)
    if faults.active(lab):
        faults.apply(lab)
    _finish_hosts(lab)


def down(lab: Lab) -> None:
    """End every process of the lab and remove all that it made, its state folder included; the cache stays.

    Refused when the folder is not a lab's, so that a mistyped path costs nothing.
    """
    if lab.state.exists() and not _is_lab(lab):
        raise Refused(f"{lab.state}: not the state folder of a lab, nothing was removed")
    cgroups.kill(cgroups.of_lab(lab))
    for name in namespaces.begin_with(lab.name):
        if name == lab.namespace or name.startswith(f"{lab.name}-"):
            namespaces.delete(name)
    _unmount_below(lab.state)
    with files.disk_errors(lab.state):
        if lab.state.exists():
            shutil.rmtree(lab.state)
        if lab.state.parent.name == ".lab" and lab.state.parent.exists() and not any(lab.state.parent.iterdir()):
            lab.state.parent.rmdir()


def _marker(lab: Lab) -> Path:
    return lab.state / "namespace"


def _mark(lab: Lab) -> str:
    """What `connect` reads as well: where the namespace is."""
    return f"{namespaces.path(lab.namespace)}\n"


def _is_lab(lab: Lab) -> bool:
    marker = _marker(lab)
    if marker.exists():
        return marker.read_text() == _mark(lab)
    # Killed before anything ran, it holds no more than locks and notes.
    return {entry.name for entry in lab.state.iterdir()} <= {"lock", "locks", "records"}


def _finish_networks(lab: Lab) -> None:
    """Complete networks whose making was interrupted: a bridge without its record's carrier behind it."""
    present = interfaces.names(lab.namespace)
    for network in networks.every(lab):
        if BRIDGE.interface(network.name) in present and _lacks_carrier(network, present):
            networks.create(lab, network)


def _lacks_carrier(network: Network, present: set[str]) -> bool:
    return network.circuit is not None and HANDOVER.interface(network.name) not in present


def _finish_hosts(lab: Lab) -> None:
    """Boot what should be on, and finish a deletion or a boot that was interrupted."""
    unfinished = [host for host in records.everything(lab, Host) if _is_unfinished(lab, host)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(lambda host: _finish(lab, host), unfinished):
            pass


def _is_unfinished(lab: Lab, host: Host) -> bool:
    own = folder(lab, host.name)
    if not own.layers.exists():
        return True
    return not own.is_off.exists() and not (power.is_running(lab, host.name) and own.is_plugged.exists())


def _finish(lab: Lab, host: Host) -> None:
    if hosts.read(lab, host.name) is None:
        hosts.delete(lab, host.name)
    else:
        hosts.power_on(lab, host.name)


def _unmount_below(state: Path) -> None:
    """Mounts of a lab live in namespaces of its hosts; one that a person made below its folder would hold it."""
    mounts = [line.split(" ")[1].replace("\\040", " ") for line in Path("/proc/self/mounts").read_text().splitlines()]
    for mount in reversed([mount for mount in mounts if Path(mount).is_relative_to(state)]):
        tools.run(["umount", mount])
