"""A network interface is a port on its logical network's bridge; the host that it belongs to is plugged into it."""

# ruff: noqa: D103
# What the four verbs do is said once, in `pyops.emulator.realize.Realizer`.

from ipaddress import IPv4Address

from pyops.emulator.real.facts import changed, first, last_name
from pyops.emulator.values import Properties, at
from pyops.lab import Lab, Port, ports

_ADDRESS = "ipConfigurations[].properties.privateIPAddress"
_NETWORK = "ipConfigurations[].properties.subnet.id"


def create(lab: Lab, name: str, inputs: Properties) -> None:
    ports.create(lab, _port(name, inputs))


def update(lab: Lab, name: str, inputs: Properties) -> None:
    """Only tags and the security group change in place, and the lab knows neither."""


def read(lab: Lab, name: str, inputs: Properties) -> Properties | None:
    port = ports.read(lab, name)
    if port is None:
        return None
    return inputs if port == _port(name, inputs) else changed(inputs, _ADDRESS, str(port.address))


def delete(lab: Lab, name: str) -> None:
    ports.delete(lab, name)


def _port(name: str, inputs: Properties) -> Port:
    address = IPv4Address(first(inputs, _ADDRESS, name))
    given = next(iter(at(inputs, "macAddress")), None)
    return Port(
        name=name,
        network=last_name(first(inputs, _NETWORK, name)),
        address=address,
        mac=given or "02:00:" + ":".join(f"{octet:02x}" for octet in address.packed),
    )
