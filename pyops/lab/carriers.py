"""Carriers: a router each, in a namespace of its own, that forwards between the circuits it hands over."""

from pyops.lab import interfaces, locks, namespaces
from pyops.lab.place import BRIDGE, HANDOVER, Lab


def namespace(lab: Lab, carrier: str) -> str:
    """The namespace of the carrier's router."""
    return f"{lab.name}-carrier-{carrier}"


def connect(lab: Lab, carrier: str, network: str, address: str | None) -> None:
    """Hand over a circuit: a cable from the carrier's router, holding `address` ("198.51.100.9/29"), to the bridge."""
    router, cable = namespace(lab, carrier), HANDOVER.interface(network)
    with locks.record(lab, "carrier", carrier):
        namespaces.create(router, forwards=True)
        if cable not in interfaces.names(lab.namespace):
            interfaces.change(lab.namespace, [f"link add {cable} type veth peer name {cable} netns {router}"])
        bridged = f"link set {cable} alias {network} master {BRIDGE.interface(network)} up"
        interfaces.change(lab.namespace, [bridged])
        addressed = [f"address replace {address} dev {cable}"] if address else []
        interfaces.change(router, [f"link set {cable} alias {network}", *addressed, f"link set {cable} up"])


def disconnect(lab: Lab, carrier: str, network: str) -> None:
    """Take a circuit back; the router goes with its last one."""
    router = namespace(lab, carrier)
    with locks.record(lab, "carrier", carrier):
        interfaces.delete(lab.namespace, [HANDOVER.interface(network)])
        if not interfaces.names(router) - {"lo"} - {HANDOVER.interface(network)}:
            namespaces.delete(router)


def running(lab: Lab) -> list[str]:
    """The carriers that have a router now, by name."""
    prefix = namespace(lab, "")
    return [name.removeprefix(prefix) for name in namespaces.begin_with(prefix) if namespaces.exists(name)]
