"""Plain hosts for trying one thing on, a role above all: a lab of one network, that comes and goes with its hosts."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network

from pyops.errors import Refused
from pyops.lab import hosts, images, lifecycle, locks, networks, ports, records, repository, ssh
from pyops.lab.host import Host
from pyops.lab.networks import Network
from pyops.lab.place import Lab
from pyops.lab.ports import Port

_PREFIX = IPv4Network("10.99.0.0/24")  # in a namespace of its own, it meets nothing
_FIRST = 10
NETWORK = Network("plain", "plain", "plain", _PREFIX, _PREFIX[1], 1, "plain", None)
_SSH_PATIENCE_S = 60


def create(
    lab: Lab, name: str, packages: Iterable[str] = (), offered: Iterable[str] = (), release: str = "bookworm"
) -> str:
    """Boot a host and return its address once it answers to ssh.

    It is made of the base image, with `packages` installed; `offered` are packages that it may install itself.
    """
    wanted = sorted(set(packages))
    with _alone(lab):
        lifecycle.prepare(lab)
        image = images.build(lab, "-".join(["plain", *wanted])[:60].rstrip("-."), wanted, release)
        if offered:
            repository.fetch(lab, offered, release)
        repository.start(lab, release)
        networks.create(lab, NETWORK)
        port = records.load(lab, Port, f"nic-{name}") or _next_port(lab, name)
        ports.create(lab, port)
        hosts.create(lab, Host(name, image.name, (port.name,), (), 1, 1024, (), "ict.example"))
    ssh.wait_for_ssh(lab, [name], _SSH_PATIENCE_S)
    return str(port.address)


def destroy(lab: Lab, name: str) -> None:
    """Remove a host; the last one takes the whole lab with it. Nothing happens when there is none."""
    if not lab.state.exists():
        return
    with _alone(lab):
        hosts.delete(lab, name)
        ports.delete(lab, f"nic-{name}")
        if not hosts.every(lab):
            lifecycle.down(lab)


@contextmanager
def _alone(lab: Lab) -> Iterator[None]:
    """Several role tests at once share the lab, whose ground only one of them may make or take away."""
    with locks.record(lab, "files", "single"):
        yield


def _next_port(lab: Lab, name: str) -> Port:
    taken = {NETWORK.out_of_band, *(port.address for port in records.everything(lab, Port))}
    free = [address for address in list(_PREFIX.hosts())[_FIRST - 1 :] if address not in taken]
    if not free:
        raise Refused(f"{name}: no address is left in {_PREFIX}, destroy a host first")
    mac = ":".join(f"{octet:02x}" for octet in (2, 0, *free[0].packed))
    return Port(f"nic-{name}", NETWORK.name, free[0], mac)
