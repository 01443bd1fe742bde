"""The real engine, the stand-in and a real lab of one host: what is declared is what runs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pyops.emulator.attach import attached
from pyops.engines import pulumi
from pyops.engines.pulumi import Run
from pyops.lab import Lab, hosts, images, lifecycle, locks, networks, ports
from tests.engines.sample import Sample, summary

pytestmark = [pytest.mark.engine, pytest.mark.root]

_NAME = "banbury-directory-01"
_PROGRAM = """
lnet = network(tags={"site": "banbury", "zone": "servers"})
nic = interface("10.10.20.10", lnet)
image = azurestackhci.GalleryImage("image", resource_group_name="rg-banbury", location="westeurope", os_type="Linux",
    gallery_image_name="img-server", opts=after(group))
disk = azurestackhci.VirtualHardDisk("disk", resource_group_name="rg-banbury", location="westeurope",
    virtual_hard_disk_name="vhd-one", disk_size_gb=4, opts=after(group))
machine = hybridcompute.Machine("machine", resource_group_name="rg-banbury", location="westeurope", kind="HCI",
    machine_name="banbury-directory-01", tags={"domain": "ict.example"}, opts=after(group))
instance = azurestackhci.VirtualMachineInstance("instance", opts=after(machine, nic, disk, image),
    resource_uri=(G + "/providers/Microsoft.HybridCompute/machines/banbury-directory-01").lstrip("/"),
    hardware_profile=azurestackhci.VirtualMachineInstancePropertiesHardwareProfileArgs(
        vm_size="Custom", processors=1, memory_mb=256),
    network_profile=azurestackhci.VirtualMachineInstancePropertiesNetworkProfileArgs(
        network_interfaces=[azurestackhci.NetworkInterfaceArmReferenceArgs(id=HCI + "/networkInterfaces/nic-one")]),
    os_profile=azurestackhci.VirtualMachineInstancePropertiesOsProfileArgs(computer_name="banbury-directory-01"),
    storage_profile=azurestackhci.VirtualMachineInstancePropertiesStorageProfileArgs(
        image_reference=azurestackhci.ImageArmReferenceArgs(id=HCI + "/galleryImages/img-server"),
        data_disks=[azurestackhci.VirtualHardDiskArmReferenceArgs(id=HCI + "/virtualHardDisks/vhd-one")]))
"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    made = Lab(tmp_path / "lab")
    lifecycle.prepare(made)
    images.build(made, "server")
    yield made
    with locks.whole_lab(made, "down"):
        lifecycle.down(made)


def test_a_host_lives_as_it_is_declared(lab: Lab, tmp_path: Path) -> None:
    sample = Sample(tmp_path)
    sample.write(_PROGRAM)
    with attached(sample.store_file, "lab", lab.state) as environment:
        project = replace(sample.project, environment=environment)
        pulumi.up(project)
        assert hosts.run(lab, _NAME, ["hostname"]).stdout.strip() == _NAME
        assert summary(pulumi.preview(project)) == []

        ports.delete(lab, "nic-one")
        hosts.resize(lab, _NAME, 1, 128)
        assert _drift(pulumi.refresh(project)) == [("delete", "nic-one"), ("update", "instance")]

        assert sorted(summary(pulumi.up(project))) == [("create", "nic-one"), ("update", "instance")]
        host = hosts.read(lab, _NAME)
        assert host is not None
        assert host.memory_mb == 256
        assert "10.10.20.10" in hosts.run(lab, _NAME, ["ip", "-brief", "address"]).stdout

        pulumi.destroy(project)
        assert (hosts.every(lab), networks.every(lab)) == ([], [])


def _drift(run: Run) -> list[tuple[str, str]]:
    return sorted((step.operation, step.name) for step in run.drift)
