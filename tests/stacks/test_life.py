"""The life of an estate's stacks: made, changed in each way, found drifted, killed half-way, and taken down."""

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from pyops.engines import stacks
from pyops.engines.events import Event, Phase, Progress
from pyops.environments.workspace import STACKS
from pyops.errors import OutsideFailed
from tests.stacks.cloud import Cloud, summary

pytestmark = pytest.mark.engine

POOL = ("server_pool",)
_COUNT = "count: {banbury: 1, towcester: 1, stratford: 1}"
APPLICATIONS = f"first: 40, {_COUNT}, target: 2, ring: broad, cpu: 1, memory: 1GiB"
CONTROLS = f"zone: management, first: 10, {_COUNT}"
RETIRE_EVERYTHING = (
    "\nretirements:\n"
    "  banbury:   {retire: true, by: 2099-12-31, reason: the end of the test}\n"
    "  towcester: {retire: true, by: 2099-12-31, reason: the end of the test}\n"
    "  stratford: {retire: true, by: 2099-12-31, reason: the end of the test}\n"
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """The lab's estate, applied; tests leave it applied."""
    return Cloud.applied(tmp_path_factory, "lab")


def test_nothing_to_do_after_up(lab: Cloud) -> None:
    assert summary(lab.preview()) == {}


def test_a_server_more_is_added_and_only_who_counts_servers_changes(lab: Cloud) -> None:
    lab.edit({APPLICATIONS: APPLICATIONS.replace("stratford: 1", "stratford: 2")})
    planned = summary(lab.preview())
    assert set(planned) == {"server_pool"}
    assert summary(lab.up()) == planned
    assert ("create", "stratford-application-02-instance") in planned["server_pool"]
    assert [(operation, name) for operation, name in planned["server_pool"] if operation != "create"] == [
        ("update", "alert-below-target-application"),
        ("update", "alert-silent-hosts-stratford"),
    ]
    assert summary(lab.preview()) == {}


def test_memory_is_changed_in_place(lab: Cloud) -> None:
    old = "ring: early, cpu: 1, memory: 512MiB, backup"
    lab.edit({old: "ring: early, cpu: 1, memory: 768MiB, backup"})
    names = [f"{site}-control-01-instance" for site in ("banbury", "stratford", "towcester")]
    assert summary(lab.up(stacks=POOL)) == {"server_pool": [("update", name) for name in names]}
    assert summary(lab.preview(POOL)) == {}


def test_an_address_that_moves_replaces_the_interface_and_what_hangs_on_it(lab: Cloud) -> None:
    lab.edit({CONTROLS: CONTROLS.replace("first: 10", "first: 12")})
    done = summary(lab.up(stacks=POOL))["server_pool"]
    assert ("replace", "nic-banbury-control-01-management") in done
    assert ("replace", "banbury-control-01-instance") in done
    assert summary(lab.preview(POOL)) == {}


def test_a_server_less_is_removed(lab: Cloud) -> None:
    here = CONTROLS.replace("first: 10", "first: 12")
    lab.edit({here: here.replace("stratford: 1", "stratford: 0")})
    done = summary(lab.up(stacks=POOL))["server_pool"]
    assert ("delete", "stratford-control-01-instance") in done
    assert {operation for operation, _ in done} == {"delete", "update"}
    assert summary(lab.preview(POOL)) == {}


@pytest.mark.parametrize("stack", STACKS)
def test_what_somebody_changed_by_hand_is_found_and_put_right(lab: Cloud, stack: str) -> None:
    token = {
        "network": "azure-native:network:FirewallPolicy",
        "server_pool": "azure-native:azurestackhci:VirtualHardDisk",
        "backup_replication": "azure-native:storage:BlobContainer",
    }[stack]
    record = lab.store.all(token)[0]
    lab.store.write(replace(record, inputs={**record.inputs, "tags": {"changed": "by hand"}}))
    if stack == "backup_replication":
        lab.store.write(replace(record, inputs={**record.inputs, "publicAccess": "Blob"}))
    name = record.urn.rpartition("::")[2]
    assert [(step.operation, step.name) for step in lab.refresh(stack).drift] == [("update", name)]
    assert summary(lab.up(stacks=[stack])) == {stack: [("update", name)]}
    assert summary(lab.preview([stack])) == {}


def test_destroy_is_refused_until_everything_is_retired(lab: Cloud) -> None:
    with pytest.raises(OutsideFailed, match="protected"):
        lab.destroy(checkpoints=True)
    lab.edit({"\nexemptions:": f"{RETIRE_EVERYTHING}\nexemptions:"})
    lab.up()
    lab.destroy(checkpoints=True)
    assert lab.store.all() == []


def test_production_is_made_unchanged_by_a_second_run_and_taken_down(tmp_path: Path) -> None:
    production = Cloud.of("production", tmp_path)
    production.edit({"\nexemptions:": f"{RETIRE_EVERYTHING}\nexemptions:"})
    production.up()
    assert summary(production.preview()) == {}
    production.destroy()
    assert production.store.all() == []


@pytest.mark.parametrize(
    ("stack", "resource", "moment"),
    [
        ("network", "hub-uksouth", Phase.PLANNED),
        ("server_pool", "towcester-application-01", Phase.DONE),
        ("backup_replication", "rsv-towcester", Phase.DONE),
    ],
)
def test_an_up_that_was_killed_is_completed_by_the_next(
    tmp_path_factory: pytest.TempPathFactory, stack: str, resource: str, moment: Phase
) -> None:
    if stack == "network":
        cloud = Cloud.of("lab", tmp_path_factory.mktemp("killed"))
    else:
        cloud = Cloud.applied(tmp_path_factory, "killed", ["network"])

    def kill(event: Event) -> None:
        if isinstance(event, Progress) and event.phase is moment and event.step.name == resource:
            [owner] = stacks._locks(cloud.project(stack))
            os.kill(int(owner["pid"]), signal.SIGKILL)

    with pytest.raises(OutsideFailed, match="was ended by SIGKILL"):
        cloud.up(kill, [stack], checkpoints=True)
    made = {record.id for record in cloud.store.all()}
    cloud.up(stacks=[stack])
    records = cloud.store.all()
    assert made <= {record.id for record in records}, "what was made before the kill is still there"
    assert len({record.urn for record in records}) == len(records), "and nothing was made twice"
    assert summary(cloud.preview([stack])) == {}
