"""The server pool as production would get it: what each server is made of, when it is patched, and who watches it."""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pyops.environments.workspace import Workspace
from pyops.estate import Estate, load
from pyops.estate.azure import (
    alert_group,
    arm_id,
    custom_location,
    data_disk_id,
    gallery_image,
    group_id,
    machine_id,
    site_group,
    storage_container,
    workspace,
)
from tests.estate.conftest import edit as edit
from tests.stacks.cloud import preview_all
from tests.stacks.conftest import Inputs, inputs

pytestmark = pytest.mark.engine


def kinds(planned: Inputs, kind: str) -> dict[str, Mapping[str, Any]]:
    return {name: found for (what, name), found in planned.items() if what == kind}


def names(planned: Inputs, kind: str) -> set[str]:
    return set(kinds(planned, kind))


def test_every_server_has_its_interfaces_at_their_planned_addresses(estate: Estate, planned: Inputs) -> None:
    for server in estate.servers:
        for interface in server.interfaces:
            nic = planned["NetworkInterface", f"nic-{server.name}-{interface.name}"]
            [configuration] = nic["ipConfigurations"]
            assert configuration["properties"]["privateIPAddress"] == str(interface.address)
            assert nic["macAddress"] == interface.mac
        instance = planned["VirtualMachineInstance", f"{server.name}-instance"]
        hardware = {"vmSize": "Custom", "processors": server.pool.cpu, "memoryMB": server.pool.memory}
        assert instance["hardwareProfile"] == hardware
        assert len(instance["networkProfile"]["networkInterfaces"]) == len(server.interfaces)


def test_a_server_begins_with_the_gold_build_that_its_site_holds(estate: Estate, planned: Inputs) -> None:
    for server in estate.servers:
        image = estate.images[server.pool.image]
        instance = planned["VirtualMachineInstance", f"{server.name}-instance"]
        assert instance["storageProfile"]["imageReference"]["id"] == gallery_image(estate, server.site, image.id)
        held = planned["GalleryImage", f"img-{image.id}-{server.site}"]
        assert held["imagePath"] == rf"C:\ClusterStorage\UserStorage_1\images\{image.id}-{image.release}.vhdx"
        assert held["extendedLocation"]["name"] == custom_location(estate, server.site)
    assert names(planned, "GalleryImage") == {
        f"img-{image}-{site}" for image in {pool.image for pool in estate.pools.values()} for site in estate.sites
    }


def test_disks_are_made_for_pools_that_have_one_and_locked_where_they_are_backed_up(
    estate: Estate, planned: Inputs
) -> None:
    with_disks = [server for server in estate.servers if server.pool.disk]
    assert names(planned, "VirtualHardDisk") == {f"vhd-{server.name}-data" for server in with_disks}
    for server in with_disks:
        disk = planned["VirtualHardDisk", f"vhd-{server.name}-data"]
        assert disk["containerId"] == storage_container(estate, server.site)
        assert server.pool.disk == disk["diskSizeGB"] * 1024
        lock = planned["ManagementLockByScope", f"lock-vhd-{server.name}-data"]
        assert lock["level"] == "CanNotDelete"
        assert lock["scope"] == data_disk_id(estate, server).lstrip("/")


def test_every_machine_says_what_people_look_for(estate: Estate, planned: Inputs) -> None:
    database = planned["Machine", "banbury-database-01"]["tags"]
    assert database == {
        "estate": "production",
        "partner": "cherwell",
        "cost-owner": "cherwell",
        "system": "service_desk land_and_property",
        "site": "banbury",
        "pool": "database",
        "backup": "records",
        "patch-window": "mc-banbury-broad",
        "domain": estate.domain,
        "ring": "broad",
    }
    assert "backup" not in planned["Machine", "banbury-router-01"]["tags"]


def test_every_server_is_patched_in_its_rings_window_at_its_site(estate: Estate, planned: Inputs) -> None:
    assignments = kinds(planned, "ConfigurationAssignment")
    assert set(assignments) == {f"patches-{server.name}" for server in estate.servers}
    for server in estate.servers:
        assignment = assignments[f"patches-{server.name}"]
        window = f"mc-{server.site}-{server.pool.ring}"
        kind, group = "Microsoft.Maintenance/maintenanceConfigurations", site_group(server.site)
        assert assignment["maintenanceConfigurationId"] == arm_id(estate, group, kind, window)
        assert assignment["resourceId"] == machine_id(estate, server)
        assert planned["MaintenanceConfiguration", window]["location"] == assignment["location"]


def test_windows_are_the_estates_words_in_azures_form(planned: Inputs) -> None:
    window = planned["MaintenanceConfiguration", "mc-towcester-early"]
    expected = {
        "maintenanceScope": "InGuestPatch",
        "startDateTime": "2026-11-18 22:00",
        "duration": "03:00",
        "timeZone": "GMT Standard Time",
        "recurEvery": "Week Wednesday",
        "location": "westeurope",
    }
    assert {name: window[name] for name in expected} == expected
    assert window["installPatches"]["rebootSetting"] == "IfRequired"
    assert "mc-towcester-test" not in names(planned, "MaintenanceConfiguration"), "no server is in that ring"


def test_two_sites_are_never_patched_in_one_night(planned: Inputs) -> None:
    nights = {
        (name.split("-")[1], window["recurEvery"])
        for name, window in kinds(planned, "MaintenanceConfiguration").items()
    }
    for (site, night), (other, other_night) in itertools.combinations(sorted(nights), 2):
        assert site != other, f"{site} has two nights"
        assert night != other_night


def test_every_server_has_an_agent_that_stays_on_private_ways(estate: Estate, planned: Inputs) -> None:
    endpoints = kinds(planned, "DataCollectionEndpoint")
    assert {found["location"] for found in endpoints.values()} == {"uksouth", "westeurope"}
    for name, endpoint in endpoints.items():
        assert endpoint["networkAcls"] == {"publicNetworkAccess": "Disabled"}
        assert planned["PrivateLinkScopedResource", f"scoped-{name}"]["scopeName"] == "ampls"
    for server in estate.servers:
        agent = planned["MachineExtension", f"agent-{server.name}"]
        assert (agent["machineName"], agent["properties"]["enableAutomaticUpgrade"]) == (server.name, True)
        asks = planned["DataCollectionRuleAssociation", f"asks-{server.name}"]
        assert asks["dataCollectionEndpointId"].endswith("/dce-westeurope"), "an agent asks in its machine's region"
        assert planned["DataCollectionRuleAssociation", f"collects-{server.name}"]["dataCollectionRuleId"]


def test_what_is_collected_stays_in_the_workspaces_region(estate: Estate, planned: Inputs) -> None:
    rule = planned["DataCollectionRule", "dcr-hosts"]
    assert rule["location"] == "uksouth"
    assert rule["dataCollectionEndpointId"].endswith("/dce-uksouth")
    [destination] = rule["destinations"]["logAnalytics"]
    assert destination["workspaceResourceId"] == workspace(estate)


def test_alerts_name_every_server_and_call_the_operations_group(estate: Estate, planned: Inputs) -> None:
    ours = ("alert-silent-hosts-", "alert-below-target-", "alert-full-disks")
    alerts = {name: found for name, found in kinds(planned, "ScheduledQueryRule").items() if name.startswith(ours)}
    assert len(alerts) == len(estate.sites) + len(estate.pools) + 1
    for alert in alerts.values():
        assert alert["actions"]["actionGroups"] == [alert_group(estate)]
        assert alert["scopes"] == [workspace(estate)]
    for server in estate.servers:
        for name in (f"alert-silent-hosts-{server.site}", f"alert-below-target-{server.pool.id}"):
            [condition] = alerts[name]["criteria"]["allOf"]
            assert f'"{server.name}"' in condition["query"]


def test_an_alert_comes_when_a_pool_is_below_its_target(estate: Estate, planned: Inputs) -> None:
    [condition] = planned["ScheduledQueryRule", "alert-below-target-application"]["criteria"]["allOf"]
    assert (condition["operator"], condition["threshold"]) == ("LessThan", estate.pools["application"].target)


def test_engineers_run_servers_and_nothing_else_in_a_sites_group(estate: Estate, planned: Inputs) -> None:
    for site in estate.sites:
        role = planned["RoleAssignment", f"role-servers-{site}"]
        assert role["scope"] == group_id(estate, site_group(site)).lstrip("/")
        assert role["roleDefinitionId"].endswith("/874d1c73-6003-4e60-a13a-cb31ea190a85"), (
            "Azure Stack HCI VM Contributor"
        )
        assert (role["principalId"], role["principalType"]) == (estate.azure.groups.engineers, "Group")


def test_a_fourth_site_gets_all_of_it_and_a_partner_without_one_gets_nothing(
    edit: Callable[..., Path], daventry: Mapping[str, str], tmp_path: Path
) -> None:
    cherwell = "  cherwell: {name: Cherwell District Council}\n"
    customer = {
        cherwell: f"{cherwell}  rugby: {{name: Rugby Borough Council}}\n",
        "cherwell: full": "cherwell: full, rugby: full",
    }
    workspace = Workspace(tmp_path / "state", load(edit({**daventry, **customer})))
    workspace.ready("ssh-ed25519 AAAA operator")
    planned = inputs(preview_all(workspace, ("server_pool",)))
    assert {"sc-banbury", "sc-daventry"} <= names(planned, "StorageContainer")
    assert {"img-application-daventry", "img-router-daventry"} <= names(planned, "GalleryImage")
    assert planned["MaintenanceConfiguration", "mc-daventry-broad"]["recurEvery"] == "Week Friday"
    assert "mc-daventry-test" not in names(planned, "MaintenanceConfiguration"), "no server there is in that ring"
    assert "alert-silent-hosts-daventry" in names(planned, "ScheduledQueryRule")
    assert "rugby" not in {found.get("tags", {}).get("partner") for found in planned.values()}
