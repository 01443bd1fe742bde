"""Logical networks: a bridge each, with the lab's out-of-band address in a zone or a carrier's router on a circuit."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from pyops.lab import carriers, interfaces, locks, namespaces, records
from pyops.lab.place import BRIDGE, PORT, Lab


@dataclass(frozen=True, slots=True)
class Network:
    """One VLAN of one site: either a zone or the hand-over of a carrier's circuit."""

    name: str
    site: str
    interface: str  # what hosts call their port on it: the zone, or "circuit-a"
    prefix: IPv4Network
    gateway: IPv4Address | None
    vlan: int
    zone: str | None
    circuit: str | None  # the carrier's name

    @property
    def out_of_band(self) -> IPv4Address | None:
        """Where the lab itself is in a zone: the last usable address; the lab has none on a circuit."""
        return None if self.zone is None else self.prefix[-2]


def create(lab: Lab, network: Network) -> None:
    """Make the bridge and what stands on it; again changes nothing, or mends what is missing."""
    with locks.record(lab, "network", network.name):
        namespaces.create(lab.namespace, forwards=False)
        present = interfaces.names(lab.namespace)
        interfaces.change(lab.namespace, _bridge(network, present) + _ports_on(lab, network, present))
        if network.circuit is not None:
            carriers.connect(lab, network.circuit, network.name, _handed_over(network))
        records.save(lab, network)


def read(lab: Lab, name: str) -> Network | None:
    """What the network was made as, or None when there is none or its bridge is gone."""
    network = records.load(lab, Network, name)
    if network is None or BRIDGE.interface(name) not in interfaces.names(lab.namespace):
        return None
    return network


def delete(lab: Lab, name: str) -> None:
    """Remove the bridge, and a carrier's router with its last circuit; nothing happens when there is none."""
    with locks.record(lab, "network", name):
        network = records.load(lab, Network, name)
        interfaces.delete(lab.namespace, [BRIDGE.interface(name)])
        if network is not None and network.circuit is not None:
            carriers.disconnect(lab, network.circuit, name)
        records.forget(lab, Network, name)


def every(lab: Lab) -> list[Network]:
    """All networks that were made, by name, whether their bridges are there or not."""
    return records.everything(lab, Network)


def _bridge(network: Network, present: set[str]) -> list[str]:
    bridge = BRIDGE.interface(network.name)
    commands = []
    if bridge not in present:
        commands.append(f"link add {bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
    commands.append(f"link set {bridge} alias {network.name} up")
    if network.out_of_band is not None:
        commands.append(f"address replace {network.out_of_band}/{network.prefix.prefixlen} dev {bridge}")
    return commands


def _ports_on(lab: Lab, network: Network, present: set[str]) -> list[str]:
    """Put the ports of running hosts back on a bridge that was deleted by hand."""
    from pyops.lab.ports import Port  # ports build on networks

    ports = [PORT.interface(port.name) for port in records.everything(lab, Port) if port.network == network.name]
    return [f"link set {port} master {BRIDGE.interface(network.name)}" for port in ports if port in present]


def _handed_over(network: Network) -> str | None:
    return None if network.gateway is None else f"{network.gateway}/{network.prefix.prefixlen}"
