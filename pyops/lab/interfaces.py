"""Interfaces in one namespace: asked for by system call, changed by `ip` in one batch."""

import socket

from pyops.lab import namespaces
from pyops.lab.tools import run


def names(namespace: str) -> set[str]:
    """The interfaces of a namespace; none when the namespace is gone."""
    if not namespaces.exists(namespace):
        return set()
    return namespaces.inside(namespace, lambda: {name for _, name in socket.if_nameindex()})


def change(namespace: str, commands: list[str]) -> None:
    """Give `ip` several commands at once ("link set X up"); the first that fails ends them and is raised."""
    run(["ip", "-n", namespace, "-batch", "-"], stdin="\n".join(commands) + "\n")


def delete(namespace: str, interfaces: list[str]) -> None:
    """Remove those of the interfaces that are there."""
    present = names(namespace).intersection(interfaces)
    if present:
        commands = "".join(f"link delete {interface}\n" for interface in sorted(present))
        run(["ip", "-n", namespace, "-force", "-batch", "-"], stdin=commands, check=False)
