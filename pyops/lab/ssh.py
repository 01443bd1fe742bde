"""Logging in from outside: files for plain `ssh`, kept in step with the hosts, and waiting for hosts to answer."""

import shlex
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from pyops import files
from pyops.errors import OutsideFailed, Refused
from pyops.lab import credentials, locks, namespaces, power, records
from pyops.lab.host import Host
from pyops.lab.networks import Network
from pyops.lab.place import Lab
from pyops.lab.ports import Port
from pyops.lab.provisioning import OPERATOR

_CONNECT = Path(__file__).with_name("connect.py")
_PORT = 22


def addresses(lab: Lab) -> dict[str, str]:
    """Where each host answers to the lab: its first address in a zone."""
    zones = {network.name for network in records.everything(lab, Network) if network.zone is not None}
    ports = {port.name: str(port.address) for port in records.everything(lab, Port) if port.network in zones}
    reachable = {
        host.name: [ports[name] for name in host.ports if name in ports] for host in records.everything(lab, Host)
    }
    return {name: found[0] for name, found in reachable.items() if found}


def proxy_command(lab: Lab) -> str:
    """What ssh starts to reach a host of this lab; it starts in some 20 ms."""
    words = [sys.executable, "-I", "-S", str(_CONNECT), "--state", str(lab.state)]
    return shlex.join(words).replace("%", "%%") + " %h %p"


def write_files(lab: Lab) -> None:
    """Write `ssh_config` and `known_hosts` (for `ssh -F`), and what `connect` reads, for the hosts there are now."""
    with locks.record(lab, "files", "ssh"):
        known = addresses(lab)
        files.write_whole(
            lab.state / "addresses", "".join(f"{name} {address}\n" for name, address in known.items()), files.FOR_ALL
        )
        keys = {name: credentials.known_host_key(lab, name) for name in known}
        trusted = (f"{name},{known[name]} {' '.join(key.split()[:2])}\n" for name, key in keys.items() if key)
        files.write_whole(lab.state / "known_hosts", "".join(trusted), files.FOR_ALL)
        files.write_whole(lab.state / "ssh_config", _config(lab, known), files.FOR_ALL)


def wait_for_ssh(lab: Lab, names: Iterable[str], deadline: float) -> None:
    """Return once every host answers to ssh; OutsideFailed, naming those that do not, after `deadline` seconds."""
    known = addresses(lab)
    waiting = {name: known.get(name, "") for name in names}
    if unknown := [name for name, address in waiting.items() if not address]:
        raise Refused(f"{unknown[0]}: the lab has no such host, or it has no port in a zone")
    namespaces.inside(lab.namespace, lambda: _wait(lab, waiting, time.monotonic() + deadline))
    if waiting:
        name = sorted(waiting)[0]
        raise OutsideFailed(
            f"{', '.join(sorted(waiting))}: no answer to ssh within {deadline:g} s;"
            f" the console of {name} ends with: {power.last_words(lab, name)}"
        )


def _wait(lab: Lab, waiting: dict[str, str], until: float) -> None:
    while waiting and time.monotonic() < until:
        for name, address in list(waiting.items()):
            if _answers(address):
                del waiting[name]
            elif not power.is_running(lab, name):
                words = power.last_words(lab, name)
                raise OutsideFailed(f"{name}: went off while it booted, its console ends with: {words}")
        time.sleep(0.05 if waiting else 0)


def _answers(address: str) -> bool:
    try:
        with socket.create_connection((address, _PORT), timeout=0.3) as stream:
            return stream.recv(255).startswith(b"SSH-")
    except OSError:
        return False


def _config(lab: Lab, known: dict[str, str]) -> str:
    """One block for every host there is or may be: whoever uses this file never leaves the lab's namespace."""
    lines = ["Host *", f"  User {OPERATOR}"]
    lines += [f'  IdentityFile "{credentials.operator_key(lab)}"', "  IdentitiesOnly yes"]
    lines += [f'  UserKnownHostsFile "{lab.state / "known_hosts"}"', "  GlobalKnownHostsFile /dev/null"]
    lines += ["  StrictHostKeyChecking yes", f"  ProxyCommand {proxy_command(lab)}"]
    for name, address in known.items():
        lines += [f"Host {name}", f"  HostName {address}"]
    return "\n".join(lines) + "\n"
