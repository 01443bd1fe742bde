"""Network interfaces of hosts: a cable from the host to its network's bridge, there as long as the host runs."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from pyops.errors import Refused
from pyops.lab import interfaces, locks, records
from pyops.lab.networks import Network
from pyops.lab.place import BRIDGE, PORT, Lab


@dataclass(frozen=True, slots=True)
class Port:
    """One interface of a host, with the address that its network expects there."""

    name: str
    network: str
    address: IPv4Address
    mac: str


def create(lab: Lab, port: Port) -> None:
    """Remember the port, and plug it in at once when its host runs."""
    from pyops.lab import power  # a running host's power builds on ports

    with locks.record(lab, "port", port.name):
        network_of(lab, port)
        records.save(lab, port)
    power.plug_into_running(lab, port)


def read(lab: Lab, name: str) -> Port | None:
    """What the port was made as; None when there is none, or when its host runs without it."""
    from pyops.lab import power

    port = records.load(lab, Port, name)
    if port is None or (power.runs_with(lab, name) and PORT.interface(name) not in interfaces.names(lab.namespace)):
        return None
    return port


def delete(lab: Lab, name: str) -> None:
    """Pull the port out of its host, if it runs, and forget it; nothing happens when there is none."""
    with locks.record(lab, "port", name):
        unplug(lab, [name])
        records.forget(lab, Port, name)


def network_of(lab: Lab, port: Port) -> Network:
    """The network of a port, refused when it was never made."""
    network = records.load(lab, Network, port.network)
    if network is None:
        raise Refused(f"{port.name}: on the network {port.network}, which the lab does not have")
    return network


def plug(lab: Lab, leader: int, ports: list[Port]) -> None:
    """Run a cable for each port that has none into the host whose first process is `leader`.

    A cable that is there is put on its bridge all the same: a kill may have come between the two.
    """
    present = interfaces.names(lab.namespace)
    commands: list[str] = []
    for port in ports:
        end, inside = PORT.interface(port.name), network_of(lab, port).interface
        if end not in present:
            commands.append(f"link add {end} type veth peer name {inside} address {port.mac} netns {leader}")
        commands.append(f"link set {end} alias {port.name} master {BRIDGE.interface(port.network)}")
        commands.append(f"link set {end} up")
    if commands:
        interfaces.change(lab.namespace, commands)


def unplug(lab: Lab, names: list[str]) -> None:
    """Pull cables out, those that are there."""
    interfaces.delete(lab.namespace, [PORT.interface(name) for name in names])
