"""The real engine over the running lab: nothing to do after `up`, and what somebody changed by hand is found."""

import json
import subprocess

import pytest

from pyops.lab import hosts

from .conftest import INVENTORY, ROOT, Site3, pyops, ran

pytestmark = pytest.mark.lab

Changes = dict[str, list[dict[str, object]]]


def changes(output: str) -> Changes:
    return {stack: found["changes"] for stack, found in json.loads(output).items() if found["changes"]}


def test_preview_after_up_reports_no_change(three_sites: Site3) -> None:
    assert changes(three_sites.pyops("stacks", "preview", "--json").stdout) == {}


def in_folder(*command: str) -> subprocess.CompletedProcess[str]:
    """A command of an engineer in the folder of the network's project, with the lab's Pulumi."""
    whole = ["pyops", "-i", str(INVENTORY), "lab", "run", *command]
    return ran(whole, check=False, folder=ROOT / "stacks" / "network")


def test_plain_pulumi_works_in_a_projects_folder_and_leaves_nothing_there(three_sites: Site3) -> None:
    before = sorted((ROOT / "stacks" / "network").iterdir())
    done = in_folder("pulumi", "preview", "--expect-no-changes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " unchanged\n" in done.stdout
    assert sorted((ROOT / "stacks" / "network").iterdir()) == before


def test_refresh_finds_memory_changed_by_hand_and_up_puts_it_right(three_sites: Site3) -> None:
    name = "banbury-application-01"
    before = hosts.read(three_sites.lab, name)
    assert before
    hosts.resize(three_sites.lab, name, before.processors, 2 * before.memory_mb)
    drift = changes(
        three_sites.pyops("stacks", "refresh", "--stack", "server_pool", "--lab", "--preview-only", "--json").stdout
    )
    assert [(c["operation"], c["name"]) for c in drift["server_pool"]] == [("update", f"{name}-instance")]
    assert "hardwareProfile.memoryMB" in drift["server_pool"][0]["properties"]  # type: ignore[operator]
    three_sites.pyops("stacks", "refresh", "--stack", "server_pool", "--lab", "--json")
    assert [
        c["operation"]
        for c in changes(three_sites.pyops("stacks", "preview", "--stack", "server_pool", "--json").stdout)[
            "server_pool"
        ]
    ] == ["update"]
    three_sites.pyops("stacks", "up", "--stack", "server_pool", "--lab")
    after = hosts.read(three_sites.lab, name)
    assert after == before
    assert changes(three_sites.pyops("stacks", "preview", "--stack", "server_pool", "--json").stdout) == {}


def test_refresh_finds_an_interface_deleted_by_hand_and_up_brings_it_back(three_sites: Site3) -> None:
    name, address = "towcester-application-01", "10.20.20.40"
    three_sites.run(name, "ip", "link", "delete", "servers")
    assert three_sites.ssh(name, "true").returncode != 0
    drift = changes(three_sites.pyops("stacks", "refresh", "--stack", "server_pool", "--lab", "--json").stdout)
    assert [(c["operation"], c["name"]) for c in drift["server_pool"]] == [("delete", f"nic-{name}-servers")]
    planned = changes(three_sites.pyops("stacks", "preview", "--stack", "server_pool", "--json").stdout)["server_pool"]
    assert [(c["operation"], c["name"]) for c in planned] == [("create", f"nic-{name}-servers")]
    three_sites.pyops("stacks", "up", "--stack", "server_pool", "--lab")
    assert f"inet {address}/" in three_sites.run(name, "ip", "-4", "address", "show", "servers")
    assert three_sites.ssh(name, "true").returncode == 0
    assert changes(three_sites.pyops("stacks", "preview", "--stack", "server_pool", "--json").stdout) == {}


def test_an_exported_stand_in_records_nothing_for_production(three_sites: Site3) -> None:
    """The variable of the lab's stand-in, left in a shell in which somebody then applies production."""
    apply = (
        "unset PULUMI_OPTION_STACK PULUMI_OPTION_CONFIG_FILE; "
        "pulumi stack init production --no-select; pulumi up --yes --skip-preview --stack production"
    )
    try:
        done = in_folder("sh", "-c", apply)
        assert done.returncode != 0
        assert "writes for stack lab alone" in done.stdout + done.stderr
        state = json.loads(in_folder("pulumi", "stack", "export", "--stack", "production").stdout)
        types = [resource["type"] for resource in state["deployment"].get("resources", [])]
        assert [name for name in types if name.startswith("azure-native:")] == []
    finally:
        in_folder("pulumi", "stack", "rm", "--yes", "--force", "--stack", "production")
        (ROOT / "stacks" / "network" / "Pulumi.production.yaml").unlink(missing_ok=True)


def test_stacks_without_a_lab_say_so() -> None:
    done = pyops("-i", "inventories/production", "stacks", "refresh", "--lab", check=False)
    assert done.returncode == 1
    assert "production has no lab here, `pyops lab up` builds it" in done.stderr
