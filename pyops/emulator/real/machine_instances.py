"""A virtual machine instance is a booted host, named after the machine that it hangs below."""

# ruff: noqa: D103
# What the four verbs do is said once, in `pyops.emulator.realize.Realizer`.

from pyops.emulator.real.facts import changed, first, last_name
from pyops.emulator.values import Properties, at
from pyops.lab import Host, Lab, hosts

_PROCESSORS = "hardwareProfile.processors"
_MEMORY = "hardwareProfile.memoryMB"


def create(lab: Lab, name: str, inputs: Properties, domain: str) -> None:
    hosts.create(lab, _host(name, inputs, domain))


def update(lab: Lab, name: str, inputs: Properties, domain: str) -> None:
    """Processors and memory alone leave a host's power as it is; anything else is made good as in a create."""
    wanted, known = _host(name, inputs, domain), hosts.read(lab, name)
    if known is None or _without_size(known) != _without_size(wanted):
        hosts.create(lab, wanted)
    hosts.resize(lab, name, wanted.processors, wanted.memory_mb)


def read(lab: Lab, name: str, inputs: Properties) -> Properties | None:
    host = hosts.read(lab, name)
    if host is None:
        return None
    return changed(changed(inputs, _PROCESSORS, host.processors), _MEMORY, host.memory_mb)


def delete(lab: Lab, name: str) -> None:
    hosts.delete(lab, name)


def _host(name: str, inputs: Properties, domain: str) -> Host:
    return Host(
        name=next(iter(at(inputs, "osProfile.computerName")), name),
        image=last_name(first(inputs, "storageProfile.imageReference.id", name)).removeprefix("img-"),
        ports=tuple(map(last_name, at(inputs, "networkProfile.networkInterfaces[].id"))),
        disks=tuple(map(last_name, at(inputs, "storageProfile.dataDisks[].id"))),
        processors=first(inputs, _PROCESSORS, name),
        memory_mb=first(inputs, _MEMORY, name),
        authorized_keys=tuple(at(inputs, "osProfile.linuxConfiguration.ssh.publicKeys[].keyData")),
        domain=domain,
    )


def _without_size(host: Host) -> tuple[object, ...]:
    return (host.image, host.ports, host.disks, host.authorized_keys, host.domain)
