"""The three programs under the real engine: what production would get."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pyops.engines import stacks
from pyops.engines.pulumi import Run
from pyops.environments.workspace import STACKS, Workspace
from pyops.estate import Estate
from tests.stacks.cloud import Cloud, preview_all
from tests.stacks.conftest import ROOT, Inputs

pytestmark = pytest.mark.engine


def test_every_zone_and_circuit_is_a_logical_network(estate: Estate, planned: Inputs) -> None:
    names = {name for kind, name in planned if kind == "LogicalNetwork"}
    expected = {f"lnet-{site.id}-{zone}" for site in estate.sites.values() for zone in site.zones}
    expected |= {f"lnet-{site.id}-circuit-{circuit}" for site in estate.sites.values() for circuit in site.circuits}
    assert names == expected
    subnet = planned["LogicalNetwork", "lnet-banbury-servers"]["subnets"][0]
    assert (subnet["addressPrefix"], subnet["vlan"]) == ("10.10.20.0/24", 20)
    assert [(pool["start"], pool["end"]) for pool in subnet["ipPools"]] == [("10.10.20.1", "10.10.20.253")]


def test_every_datacentre_is_a_vpn_site_with_a_link_a_carrier(estate: Estate, planned: Inputs) -> None:
    for site in estate.sites.values():
        links = planned["VpnSite", f"vst-{site.id}"]["vpnSiteLinks"]
        assert [(link["name"], link["ipAddress"]) for link in links] == [
            (circuit.id, str(circuit.address)) for circuit in site.circuits.values()
        ]


def test_accounts_of_backups_are_closed(planned: Inputs) -> None:
    accounts = [found for (kind, _), found in planned.items() if kind == "StorageAccount"]
    assert len(accounts) == 3
    for account in accounts:
        assert account["publicNetworkAccess"] == "Disabled"
        assert account["minimumTlsVersion"] == "TLS1_2"
        assert account["allowSharedKeyAccess"] is False
        assert account["networkRuleSet"]["defaultAction"] == "Deny"


def test_type_aliases_are_dropped_unless_an_update_to_another_sdk_asks_for_them(estate: Estate, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, estate)
    workspace.ready()
    file = workspace.project("network").config_file
    assert file
    without = preview_all(workspace, ("network",))["network"].counts
    stacks.configure(file, {"pyops:keep-type-aliases": "true"})
    assert preview_all(workspace, ("network",))["network"].counts == without


def test_an_engineers_own_alias_stays() -> None:
    import pulumi

    from pyops.components.program import is_type_only

    assert is_type_only(pulumi.Alias(type_="azure-native:network/v20200101:VirtualWan"))
    assert not is_type_only(pulumi.Alias(name="old-name"))
    assert not is_type_only(pulumi.Alias(type_="azure-native:network/v20200101:VirtualWan", name="old-name"))
    assert not is_type_only("urn:pulumi:production::network::azure-native:network:VirtualWan::old")


def test_all_three_stacks_are_here() -> None:
    assert {path.parent.name for path in (ROOT / "stacks").glob("*/Pulumi.yaml")} == set(STACKS)


def test_a_placement_outside_the_regions_is_said_with_its_reason(estate: Estate, previews: Mapping[str, Run]) -> None:
    [exemption] = [one for one in estate.exemptions if one.policy == "allowed_regions"]
    said = f"westeurope: outside of the estate's regions, exempt until {exemption.expires}: {exemption.reason}"
    told = {name: [message.text for message in run.messages] for name, run in previews.items()}
    assert {name: texts.count(said) for name, texts in told.items()} == {
        "network": 1,
        "server_pool": 1,
        "backup_replication": 0,
    }


def test_a_placement_that_no_exemption_explains_is_a_warning(tmp_path: Path) -> None:
    cloud = Cloud.of("lab", tmp_path)
    cloud.edit({"policy: allowed_regions": "policy: another"})
    run = preview_all(cloud.workspace, ("network",))["network"]
    warnings = [message.text for message in run.messages if message.severity == "warning"]
    assert "westeurope: outside of the estate's regions, and no exemption says why" in warnings
