"""What the lab is told to make, for each kind; the lab itself is stood in for."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from pyops.emulator.realize import InLab, realizer
from pyops.emulator.store import Record, Store
from pyops.emulator.values import Secret
from pyops.errors import Refused
from pyops.lab import Disk, Host, Network, Port
from tests.emulator.conftest import GROUP, INTERFACE, NETWORK, group, interface, network, urn

_HCI = "azure-native:azurestackhci"
_MACHINE = f"{GROUP}/providers/Microsoft.HybridCompute/machines/banbury-directory-01"
_INSTANCE = f"{_MACHINE}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default"
_DISK = f"{GROUP}/providers/Microsoft.AzureStackHCI/virtualHardDisks/vhd-one"
_ROUTE = {"name": "default", "addressPrefix": "0.0.0.0/0", "nextHopIpAddress": "10.10.20.1"}

Calls = list[tuple[Any, ...]]


class FakeLab:
    """Answers for `pyops.lab`'s four modules of things, and keeps what it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: Calls = []
        self.truth: dict[str, Any] = {}
        for module in ("networks", "ports", "disks", "hosts"):
            for verb in ("create", "delete", "read", "resize"):
                monkeypatch.setattr(f"pyops.lab.{module}.{verb}", self._answer(module, verb), raising=False)

    def _answer(self, module: str, verb: str) -> Callable[..., Any]:
        def answer(_: Any, *arguments: Any) -> Any:
            if verb == "read":
                return self.truth.get(arguments[0])
            self.calls.append((f"{module}.{verb}", *arguments))
            return None

        return answer


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeLab:
    return FakeLab(monkeypatch)


@pytest.fixture
def lab(store: Store, tmp_path: Path, fake: FakeLab) -> Any:
    made = realizer(tmp_path / "lab", store)
    assert isinstance(made, InLab)
    return made


def _network(**tags: str) -> dict[str, Any]:
    subnet = {"addressPrefix": "10.10.20.0/24", "vlan": 20, "routeTable": {"routes": [_ROUTE]}}
    return network(subnets=[subnet], tags={"site": "banbury", **tags})


def _instance(**hardware: Any) -> dict[str, Any]:
    return {
        "resourceUri": _MACHINE.lstrip("/"),
        "hardwareProfile": {"vmSize": "Custom", "processors": 2, "memoryMB": 4096, **hardware},
        "networkProfile": {"networkInterfaces": [{"id": INTERFACE}]},
        "osProfile": {
            "computerName": "banbury-directory-01",
            "linuxConfiguration": {"ssh": {"publicKeys": [{"keyData": "ssh-ed25519 AAAA"}]}},
        },
        "storageProfile": {"imageReference": {"id": f"{GROUP}/x/img-server"}, "dataDisks": [{"id": _DISK}]},
    }


_HOST = Host(
    name="banbury-directory-01",
    image="server",
    ports=("nic-one",),
    disks=("vhd-one",),
    processors=2,
    memory_mb=4096,
    authorized_keys=("ssh-ed25519 AAAA",),
    domain="ict.example",
)


@pytest.fixture
def machine(store: Store) -> None:
    inputs = group(tags={"domain": "ict.example"})
    store.write(Record(_MACHINE, urn("hybridcompute:Machine").text, "azure-native:hybridcompute:Machine", inputs, {}))


def test_a_zone_is_a_network(lab: InLab, fake: FakeLab) -> None:
    lab.create(f"{_HCI}:LogicalNetwork", NETWORK, _network(zone="servers"))
    expected = Network(
        name="lnet-banbury-servers",
        site="banbury",
        interface="servers",
        prefix=IPv4Network("10.10.20.0/24"),
        gateway=IPv4Address("10.10.20.1"),
        vlan=20,
        zone="servers",
        circuit=None,
    )
    assert fake.calls == [("networks.create", expected)]


def test_a_circuit_is_a_network_of_its_carrier(lab: InLab, fake: FakeLab) -> None:
    lab.create(f"{_HCI}:LogicalNetwork", NETWORK, _network(circuit="a"))
    made = fake.calls[0][1]
    assert (made.interface, made.zone, made.circuit) == ("circuit-a", None, "a")


def test_a_network_that_says_neither_zone_nor_circuit(lab: InLab) -> None:
    with pytest.raises(Refused) as refused:
        lab.create(f"{_HCI}:LogicalNetwork", NETWORK, _network())
    expected = "lnet-banbury-servers: tags.circuit not given, the lab cannot make it real without"
    assert str(refused.value) == expected


def test_an_interface_is_a_port_with_the_address_in_its_mac(lab: InLab, fake: FakeLab) -> None:
    lab.create(f"{_HCI}:NetworkInterface", INTERFACE, interface())
    lab.create(f"{_HCI}:NetworkInterface", INTERFACE, interface(macAddress="02:00:00:00:00:07"))
    port = Port("nic-one", "lnet-banbury-servers", IPv4Address("10.10.20.10"), "02:00:0a:0a:14:0a")
    assert fake.calls[0] == ("ports.create", port)
    assert fake.calls[1][1].mac == "02:00:00:00:00:07"


def test_a_disk(lab: InLab, fake: FakeLab) -> None:
    lab.create(f"{_HCI}:VirtualHardDisk", _DISK, group(diskSizeGB=32))
    assert fake.calls == [("disks.create", Disk("vhd-one", 32))]


@pytest.mark.usefixtures("machine")
def test_an_instance_is_a_host_in_its_machines_domain(lab: InLab, fake: FakeLab) -> None:
    lab.create(f"{_HCI}:VirtualMachineInstance", _INSTANCE, _instance())
    assert fake.calls == [("hosts.create", _HOST)]


@pytest.mark.usefixtures("machine")
def test_a_resized_instance_keeps_its_power_as_it_is(lab: InLab, fake: FakeLab) -> None:
    fake.truth["banbury-directory-01"] = _HOST
    lab.update(f"{_HCI}:VirtualMachineInstance", _INSTANCE, _instance(memoryMB=8192))
    assert fake.calls == [("hosts.resize", "banbury-directory-01", 2, 8192)]


@pytest.mark.usefixtures("machine")
def test_an_instance_with_another_interface_is_made_good(lab: InLab, fake: FakeLab) -> None:
    fake.truth["banbury-directory-01"] = _HOST
    changed = _instance()
    changed["networkProfile"]["networkInterfaces"].append({"id": f"{INTERFACE}-b"})
    lab.update(f"{_HCI}:VirtualMachineInstance", _INSTANCE, changed)
    assert [call[0] for call in fake.calls] == ["hosts.create", "hosts.resize"]
    assert fake.calls[0][1].ports == ("nic-one", "nic-one-b")


@pytest.mark.parametrize(
    ("token", "arm_id", "inputs"),
    [
        ("LogicalNetwork", NETWORK, _network(zone="servers")),
        ("NetworkInterface", INTERFACE, interface()),
        ("VirtualHardDisk", _DISK, group(diskSizeGB=32)),
        ("VirtualMachineInstance", _INSTANCE, _instance()),
    ],
)
def test_what_the_lab_does_not_have_is_gone(lab: InLab, token: str, arm_id: str, inputs: dict[str, Any]) -> None:
    assert lab.read(f"{_HCI}:{token}", arm_id, inputs) is None


def test_the_truth_replaces_what_was_recorded(lab: InLab, fake: FakeLab) -> None:
    fake.truth["banbury-directory-01"] = Host(**{**{name: getattr(_HOST, name) for name in _FIELDS}, "memory_mb": 256})
    assert lab.read(f"{_HCI}:VirtualMachineInstance", _INSTANCE, _instance()) == _instance(memoryMB=256)
    fake.truth["vhd-one"] = Disk("vhd-one", 8)
    assert lab.read(f"{_HCI}:VirtualHardDisk", _DISK, group(diskSizeGB=32)) == group(diskSizeGB=8)
    fake.truth["nic-one"] = Port("nic-one", "lnet-banbury-servers", IPv4Address("10.10.20.99"), "02:00:0a:0a:14:63")
    assert lab.read(f"{_HCI}:NetworkInterface", INTERFACE, interface()) == interface("10.10.20.99")


_FIELDS = ("name", "image", "ports", "disks", "processors", "authorized_keys", "domain")


def test_what_the_lab_has_as_recorded_reads_as_recorded(lab: InLab, fake: FakeLab) -> None:
    fake.truth["banbury-directory-01"] = _HOST
    sealed = _instance() | {"osProfile": {"adminPassword": {"sealed": "x"}}}
    assert lab.read(f"{_HCI}:VirtualMachineInstance", _INSTANCE, sealed) == sealed


def test_delete_goes_by_the_machines_name(lab: InLab, fake: FakeLab) -> None:
    lab.delete(f"{_HCI}:VirtualMachineInstance", _INSTANCE)
    lab.delete(f"{_HCI}:NetworkInterface", INTERFACE)
    assert fake.calls == [("hosts.delete", "banbury-directory-01"), ("ports.delete", "nic-one")]


def test_other_types_are_records_alone(lab: InLab, fake: FakeLab) -> None:
    lab.create("azure-native:resources:ResourceGroup", GROUP, group())
    lab.update("azure-native:resources:ResourceGroup", GROUP, group())
    lab.delete("azure-native:resources:ResourceGroup", GROUP)
    assert fake.calls == []
    assert lab.read("azure-native:resources:ResourceGroup", GROUP, group()) == group()


def test_secrets_are_looked_through(lab: InLab, fake: FakeLab) -> None:
    lab.create(f"{_HCI}:VirtualHardDisk", _DISK, group(diskSizeGB=Secret(32)))
    assert fake.calls == [("disks.create", Disk("vhd-one", 32))]
