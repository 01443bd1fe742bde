"""Changes of several sites with the real engine: an upgrade, a site that differs, state and plan that move, a new site.

All start from the lab's estate, applied to a stand-in that only records.
"""

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version

import pytest

from pyops.changes.moved import moved
from pyops.changes.record import PropertyEdit, Record
from pyops.engines.stacks import configure
from tests.changes import golden
from tests.changes.board import Board
from tests.estate.conftest import daventry as daventry

pytestmark = pytest.mark.engine

SITES = ("banbury", "stratford", "towcester")
NETWORK, POOL = ("network",), ("server_pool",)
OLD_TYPE, NEW_TYPE = "azure-native:azurestackhci/v20240101:LogicalNetwork", "azure-native:azurestackhci:LogicalNetwork"
MEMORY = "ring: early, cpu: 1, memory: 512MiB, backup"
PATH = "hardwareProfile.memoryMB"
"""Of the pool of control hosts, one a site."""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return Board.of_lab(tmp_path_factory, "sites")


def older(state: str) -> str:
    """A state as a release before wrote it: by an older provider, its networks by an API version of their own."""
    now, before = version("pulumi-azure-native"), "2.90.0"
    for new, old in ((now, before), (now.replace(".", "_"), before.replace(".", "_")), (NEW_TYPE, OLD_TYPE)):
        assert new in state
        state = state.replace(new, old)
    return state


def test_an_upgrade_that_only_moves_api_versions_is_folded(board: Board) -> None:
    board.rewrites("network", older)
    settings = board.cloud.workspace.folder / "network.yaml"
    configure(settings, {"pyops:keep-type-aliases": True})
    record, _ = board.drafted("Another release of the provider", {}, NETWORK)
    golden.check("an_upgrade", record)
    assert record.is_empty
    assert {churn.kind for churn in record.churn} == {"api version", "provider"}
    board.applies(record, NETWORK)
    assert OLD_TYPE not in board.exported("network")
    again, _ = board.drafted("Nothing is left of it", {}, NETWORK)
    assert again.churn == ()
    configure(settings, {"pyops:keep-type-aliases": False})


def test_a_change_on_three_sites_where_one_differs_and_what_moved_meanwhile(board: Board) -> None:
    more = MEMORY.replace("512MiB", "768MiB")
    approved, _ = board.drafted("More memory for control hosts", {MEMORY: more}, POOL)
    assert [change.edits for change in approved.resources] == [(memory("512"),)] * 3
    assert moved(approved, other_edit(board, more)) == (
        "inventory: estate.yml was edited",
        *(
            f"plan of server_pool: {site}-control-01-instance {PATH}: 512 -> 768 was approved, now 512 -> 1024"
            for site in SITES
        ),
    )
    by_hand(board, "towcester-control-01-instance", 1024)
    record, _ = board.drafted("More memory for control hosts", {}, POOL)
    golden.check("one_site_differs", record)
    assert moved(approved, record) == (
        f"state of server_pool: towcester-control-01-instance {PATH}: 512 -> 768 was approved, now 1024",
    )
    board.applies(record, POOL)


def other_edit(board: Board, here: str) -> Record:
    """A draft of another edit, which is taken back at once."""
    other = here.replace("768MiB", "1GiB")
    record, _ = board.drafted("More memory for control hosts", {here: other}, POOL)
    board.cloud.edit({other: here})
    return record


def memory(before: str) -> PropertyEdit:
    return PropertyEdit(PATH, before, "768")


def by_hand(board: Board, name: str, megabytes: int) -> None:
    """Somebody gives a machine other memory in the portal, and the state learns of it."""
    kind = "azure-native:azurestackhci:VirtualMachineInstance"
    [machine] = [one for one in board.cloud.store.all(kind) if one.urn.endswith(f"::{name}")]
    profile = {**machine.inputs["hardwareProfile"], "memoryMB": megabytes}
    board.cloud.store.write(replace(machine, inputs={**machine.inputs, "hardwareProfile": profile}))
    assert [step.name for step in board.cloud.refresh("server_pool").drift] == [name]


def test_a_site_added(board: Board, daventry: Mapping[str, str]) -> None:
    record, _ = board.drafted("Daventry joins with its site", daventry)
    golden.check("a_site_added", record)
    hosts = ("daventry-application-01", "daventry-application-02", "daventry-mirror-01", "daventry-router-01")
    assert [(spot.kind, spot.where) for spot in record.blind] == [("not there yet", hosts)]
    assert record.touched.sites == ("banbury", "towcester", "stratford", "daventry")
    copy, *lost = [step for step in record.back_out.steps if "does not come back" in step]
    assert lost == []
    assert copy.startswith("banbury-copy-of-stratford-standard (BlobContainer)")
    board.applies(record)
