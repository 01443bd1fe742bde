"""A stand-in without an engine and without a lab."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pyops.emulator.azure import StandIn
from pyops.emulator.computed import MARK
from pyops.emulator.store import Store
from pyops.emulator.urn import Urn
from pyops.errors import Refused

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-banbury"
NETWORK = f"{GROUP}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet-banbury-servers"
INTERFACE = f"{GROUP}/providers/Microsoft.AzureStackHCI/networkInterfaces/nic-one"


def urn(token: str, name: str = "it", stack: str = "lab") -> Urn:
    return Urn(f"urn:pulumi:{stack}::network::pyops:network:SiteNetwork$azure-native:{token}::{name}")


def group(**more: Any) -> dict[str, Any]:
    return {"resourceGroupName": "rg-banbury", "location": "westeurope", **more}


def network(**more: Any) -> dict[str, Any]:
    subnet = {"name": "servers", "addressPrefix": "10.10.20.0/24", "vlan": 20}
    return group(logicalNetworkName="lnet-banbury-servers", subnets=[subnet]) | more


def interface(address: str = "10.10.20.10", name: str = "nic-one", **more: Any) -> dict[str, Any]:
    properties = {"privateIPAddress": address, "subnet": {"id": NETWORK}}
    return group(networkInterfaceName=name, ipConfigurations=[{"name": "primary", "properties": properties}]) | more


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "azure.db")
    yield opened
    opened.close()


@pytest.fixture
def azure(store: Store) -> StandIn:
    return StandIn(store, "lab", None)


@pytest.fixture
def made(azure: StandIn) -> Callable[[str, dict[str, Any]], str]:
    """Makes a resource of a type; the group is there already."""
    azure.create(urn("resources:ResourceGroup", "group"), group())

    def make(token: str, inputs: dict[str, Any], name: str = "it") -> str:
        return azure.create(urn(token, name), inputs)[0]

    return make


MARKED = {MARK: "pyops.emulator"}
"""Outputs as the stand-in records them, which it wants to see before it changes anything."""


def refusal(call: Callable[..., Any], *arguments: Any) -> str:
    """The words in which a call is refused."""
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return str(refused.value)
