"""The three programs under the real engine: what production would get."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from pyops.engines import stacks
from pyops.engines.pulumi import Run
from pyops.environments.previews import preview_all
from pyops.environments.workspace import STACKS, Workspace
from pyops.estate import Estate, load

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
Inputs = dict[tuple[str, str], Mapping[str, object]]


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load(ROOT / "inventories" / "production")


@pytest.fixture(scope="module")
def planned(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """The inputs of everything that a first `up` of production would make, by type and name."""
    workspace = Workspace(tmp_path_factory.mktemp("production"), estate)
    return inputs(preview_all(workspace))


def inputs(runs: Mapping[str, Run]) -> Inputs:
    return {
        (step.type.rpartition(":")[2], step.name): step.inputs_after or {}
        for run in runs.values()
        for step in run.changes
        if step.operation == "create"
    }


def text(value: object) -> str:
    return json.dumps(value)


def test_every_zone_and_circuit_is_a_logical_network(estate: Estate, planned: Inputs) -> None:
    names = {name for kind, name in planned if kind == "LogicalNetwork"}
    expected = {f"lnet-{site.id}-{zone}" for site in estate.sites.values() for zone in site.zones}
    expected |= {f"lnet-{site.id}-circuit-{circuit}" for site in estate.sites.values() for circuit in site.circuits}
    assert names == expected
    subnet = planned["LogicalNetwork", "lnet-banbury-servers"]["subnets"][0]  # type: ignore[index]
    assert (subnet["addressPrefix"], subnet["vlan"]) == ("10.10.20.0/24", 20)
    assert [(pool["start"], pool["end"]) for pool in subnet["ipPools"]] == [("10.10.20.1", "10.10.20.253")]


def test_every_datacentre_is_a_vpn_site_with_a_link_a_carrier(estate: Estate, planned: Inputs) -> None:
    for site in estate.sites.values():
        links = planned["VpnSite", f"vst-{site.id}"]["vpnSiteLinks"]
        assert [(link["name"], link["ipAddress"]) for link in links] == [  # type: ignore[attr-defined]
            (circuit.id, str(circuit.address)) for circuit in site.circuits.values()
        ]


def test_every_server_has_its_interfaces_at_their_planned_addresses(estate: Estate, planned: Inputs) -> None:
    for server in estate.servers:
        for interface in server.interfaces:
            nic = planned["NetworkInterface", f"nic-{server.name}-{interface.name}"]
            assert f'"privateIPAddress": "{interface.address}"' in text(nic)
            assert nic["macAddress"] == interface.mac
        instance = planned["VirtualMachineInstance", f"{server.name}-instance"]
        hardware = {"vmSize": "Custom", "processors": server.pool.cpu, "memoryMB": server.pool.memory}
        assert instance["hardwareProfile"] == hardware


def test_disks_are_made_for_pools_that_have_one(estate: Estate, planned: Inputs) -> None:
    names = {name for kind, name in planned if kind == "VirtualHardDisk"}
    assert names == {f"vhd-{server.name}-data" for server in estate.servers if server.pool.disk}


def test_accounts_of_backups_are_closed(planned: Inputs) -> None:
    accounts = [found for (kind, _), found in planned.items() if kind == "StorageAccount"]
    assert len(accounts) == 3
    for account in accounts:
        assert account["publicNetworkAccess"] == "Disabled"
        assert account["minimumTlsVersion"] == "TLS1_2"
        assert account["allowSharedKeyAccess"] is False
        assert account["networkRuleSet"]["defaultAction"] == "Deny"  # type: ignore[index]


def test_type_aliases_are_dropped_unless_an_update_to_another_sdk_asks_for_them(estate: Estate, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, estate)
    workspace.ready()
    file = workspace.project("network").config_file
    assert file
    stacks.configure(file, {"pyops:keep-type-aliases": "true"})
    assert preview_all(workspace, ("network",))["network"].counts == {"create": 28}


def test_an_engineers_own_alias_stays() -> None:
    import pulumi

    from pyops.components.program import is_type_only

    assert is_type_only(pulumi.Alias(type_="azure-native:network/v20200101:VirtualWan"))
    assert not is_type_only(pulumi.Alias(name="old-name"))
    assert not is_type_only(pulumi.Alias(type_="azure-native:network/v20200101:VirtualWan", name="old-name"))
    assert not is_type_only("urn:pulumi:production::network::azure-native:network:VirtualWan::old")


def test_all_three_stacks_are_here() -> None:
    assert {path.parent.name for path in (ROOT / "stacks").glob("*/Pulumi.yaml")} == set(STACKS)
