"""Network namespaces: the only places where traffic of the lab exists."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from pyops.errors import OutsideFailed
from pyops.lab.tools import run

_FOLDER = Path("/run/netns")
# IPv6 would be the only plain text on the carriers' wires (router solicitations). An address answers to ARP only on its
# own interface, since one namespace holds an address in many networks. A new namespace inherits the machine's settings.
_SETTINGS = {
    "net/ipv6/conf/all/disable_ipv6": "1",
    "net/ipv6/conf/default/disable_ipv6": "1",
    "net/ipv4/conf/all/arp_ignore": "1",
    "net/ipv4/conf/all/arp_announce": "2",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
}


def path(name: str) -> Path:
    """Where `ip netns` keeps a namespace."""
    return _FOLDER / name


def exists(name: str) -> bool:
    """Whether the namespace is there; a file without a namespace on it, left by a kill or a reboot, is not one."""
    return os.path.ismount(path(name))


def create(name: str, *, forwards: bool) -> None:
    """Make a namespace, or bring the one that exists to the same settings."""
    if not exists(name):
        path(name).unlink(missing_ok=True)
        done = run(["ip", "netns", "add", name], check=False)
        if done.returncode != 0 and not exists(name):
            raise OutsideFailed(f"{name}: the network namespace could not be made, {done.stderr.strip()}")
    run(["ip", "-n", name, "link", "set", "lo", "up"])
    settings = _SETTINGS | {"net/ipv4/ip_forward": "1" if forwards else "0"}
    inside(name, lambda: _apply(settings))


def delete(name: str) -> None:
    """Remove a namespace with every interface in it; nothing happens when there is none."""
    if exists(name):
        run(["ip", "netns", "delete", name])
    path(name).unlink(missing_ok=True)


def begin_with(prefix: str) -> list[str]:
    """The names of the namespaces (and of what a kill left of them) that begin with `prefix`."""
    return sorted(entry.name for entry in _FOLDER.glob(f"{prefix}*"))


def inside[Answer](name: str, call: Callable[[], Answer]) -> Answer:
    """Run `call` in a thread that has entered the namespace, and return its answer or raise its error.

    A socket made by it stays in the namespace, also when it is used elsewhere later.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def enter() -> None:
        try:
            with path(name).open("rb") as handle:
                os.setns(handle, os.CLONE_NEWNET)
            answers.append(call())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=enter, name=f"in {name}", daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return answers[0]


def _apply(settings: Mapping[str, str]) -> None:
    for key, value in settings.items():
        file = Path("/proc/sys") / key
        if file.exists():  # a kernel without IPv6 has none of its settings
            file.write_text(value)
