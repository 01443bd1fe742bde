"""A logical network is a bridge; its tags say whether it is a zone of a site or the hand-over of a circuit."""

# ruff: noqa: D103
# What the four verbs do is said once, in `pyops.emulator.realize.Realizer`.

from ipaddress import IPv4Address, IPv4Network

from pyops.emulator.real.facts import first
from pyops.emulator.values import Properties, at
from pyops.lab import Lab, Network, networks


def create(lab: Lab, name: str, inputs: Properties) -> None:
    networks.create(lab, _network(name, inputs))


def update(lab: Lab, name: str, inputs: Properties) -> None:
    networks.create(lab, _network(name, inputs))


def read(lab: Lab, name: str, inputs: Properties) -> Properties | None:
    return inputs if networks.read(lab, name) else None


def delete(lab: Lab, name: str) -> None:
    networks.delete(lab, name)


def _network(name: str, inputs: Properties) -> Network:
    zone = next(iter(at(inputs, "tags.zone")), None)
    circuit = None if zone else first(inputs, "tags.circuit", name)
    routes = at(inputs, "subnets[].routeTable.routes[]")
    gateways = [route["nextHopIpAddress"] for route in routes if route.get("addressPrefix") == "0.0.0.0/0"]
    return Network(
        name=name,
        site=first(inputs, "tags.site", name),
        interface=zone or f"circuit-{circuit}",
        prefix=IPv4Network(first(inputs, "subnets[].addressPrefix", name)),
        gateway=IPv4Address(gateways[0]) if gateways else None,
        vlan=first(inputs, "subnets[].vlan", name),
        zone=zone,
        circuit=circuit,
    )
