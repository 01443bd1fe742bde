"""What the lab makes real: four types of a site's own cluster. Every other type is a record and nothing else."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from pyops.emulator.store import Store
from pyops.emulator.values import Properties, at

_HCI = "azure-native:azurestackhci"
_INSTANCE = f"{_HCI}:VirtualMachineInstance"
REAL = {
    f"{_HCI}:LogicalNetwork": "logical_networks",
    f"{_HCI}:NetworkInterface": "network_interfaces",
    f"{_HCI}:VirtualHardDisk": "virtual_hard_disks",
    _INSTANCE: "machine_instances",
}
"""Types that are made real, and the module that does it."""


class Realizer(Protocol):
    """Makes resources real, all of them or some; each request may be repeated after a kill."""

    def create(self, token: str, arm_id: str, inputs: Properties) -> None:
        """Make a thing, or mend what is missing of it."""

    def update(self, token: str, arm_id: str, inputs: Properties) -> None:
        """Change a thing in place."""

    def delete(self, token: str, arm_id: str) -> None:
        """Remove a thing; nothing happens when it is gone."""

    def read(self, token: str, arm_id: str, inputs: Properties) -> Properties | None:
        """Return the inputs as they are in truth; None when the thing is gone."""


def realizer(lab: Path | None, store: Store) -> Realizer:
    """What makes things real in the lab of a state folder; without one, nothing does."""
    return InLab(lab, store) if lab else Nowhere()


class Nowhere:
    """Stands where there is no lab: resources are records alone."""

    def create(self, *_: object) -> None:
        """Make nothing."""

    def update(self, *_: object) -> None:
        """Change nothing."""

    def delete(self, *_: object) -> None:
        """Remove nothing."""

    def read(self, token: str, arm_id: str, inputs: Properties) -> Properties:  # noqa: ARG002  # the protocol's arguments
        """Return what was recorded."""
        return inputs


class InLab(Realizer):
    """Makes networks, interfaces, disks and machines in the lab of one state folder."""

    def __init__(self, state: Path, store: Store) -> None:
        from pyops.lab import Lab

        self._lab, self._store = Lab(state), store

    def create(self, token: str, arm_id: str, inputs: Properties) -> None:  # noqa: D102  # as in the protocol
        self._make("create", token, arm_id, inputs)

    def update(self, token: str, arm_id: str, inputs: Properties) -> None:  # noqa: D102  # as in the protocol
        self._make("update", token, arm_id, inputs)

    def delete(self, token: str, arm_id: str) -> None:  # noqa: D102  # as in the protocol
        if call := _call(token, "delete"):
            call(self._lab, _name(arm_id))

    def read(self, token: str, arm_id: str, inputs: Properties) -> Properties | None:  # noqa: D102  # as in the protocol
        call = _call(token, "read")
        found: Properties | None = call(self._lab, _name(arm_id), inputs) if call else inputs
        return found

    def _make(self, verb: str, token: str, arm_id: str, inputs: Properties) -> None:
        call = _call(token, verb)
        if call and token == _INSTANCE:
            call(self._lab, _name(arm_id), inputs, self._domain(arm_id))
        elif call:
            call(self._lab, _name(arm_id), inputs)

    def _domain(self, arm_id: str) -> str:
        """The domain that the instance's machine carries as a tag."""
        machine = self._store.find(arm_id.split("/providers/Microsoft.AzureStackHCI/")[0])
        return str(next(iter(at(machine.inputs, "tags.domain")), "lab.example")) if machine else "lab.example"


def _call(token: str, verb: str) -> Callable[..., Any] | None:
    module = REAL.get(token)
    return getattr(import_module(f"pyops.emulator.real.{module}"), verb) if module else None


def _name(arm_id: str) -> str:
    """The thing's name in the lab: the resource's, or for an instance (always `default`) its machine's."""
    parts = arm_id.split("/providers/Microsoft.AzureStackHCI/virtualMachineInstances/")
    return parts[0].rsplit("/", 1)[1]
