"""Changes as they come, with the real engine: what the page says before, and whether it came true.

The lab's estate is applied to a stand-in that only records; each case edits it further, is drafted, and is applied.
"""

import json
from pathlib import Path

import pytest

from pyops.engines import stacks
from pyops.environments.workspace import HUB_KEYS
from tests.changes import golden
from tests.changes.board import Board
from tests.stacks.test_life import APPLICATIONS, CONTROLS

pytestmark = pytest.mark.engine

LAST_FLOW = "  - {from: servers, to: management, services: [dns], scope: site}\n"
DESK_ZONE = "      desktops:   {vlan: 30, prefix: 10.10.32.0/20}\n"
NETWORK, POOL = ("network",), ("server_pool",)
"""Where an edit touches only these, they are enough: each costs an engine's run or two."""
BASELINE = "baseline: 2026-11-10"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return Board.of_lab(tmp_path_factory, "board")


def test_nothing_changed(board: Board) -> None:
    record, _ = board.drafted("Nothing", {})
    assert record.is_empty
    golden.check("nothing_changed", record)


def test_a_server_more(board: Board) -> None:
    more = APPLICATIONS.replace("stratford: 1", "stratford: 2")
    record, _ = board.drafted("A second application server at Stratford", {APPLICATIONS: more})
    golden.check("a_server_more", record)
    assert all(change.causes for change in record.resources if change.operation == "create")
    assert (record.touched.sites, record.touched.systems) == (("stratford",), ("service_desk",))
    board.applies(record)


def test_a_flow_more(board: Board) -> None:
    flow = "  - {from: desktops, to: management, services: [ssh], scope: all}\n"
    record, _ = board.drafted("Desks may manage", {LAST_FLOW: LAST_FLOW + flow}, NETWORK)
    golden.check("a_flow_more", record)
    assert [one.kind for one in record.passages] == ["added"]
    board.applies(record, NETWORK)


def test_an_address_moved_is_a_replacement_with_what_forces_it(board: Board) -> None:
    moved = CONTROLS.replace("first: 10", "first: 12")
    record, _ = board.drafted("Control hosts move", {CONTROLS: moved}, POOL)
    golden.check("an_address_moved", record)
    replaced = [change for change in record.resources if change.operation == "replace"]
    interfaces = [change for change in replaced if change.type.endswith("NetworkInterface")]
    assert len(interfaces) == 3
    assert all(any(edit.forces_replacement for edit in change.edits) for change in interfaces)
    assert record.outage.is_expected
    board.applies(record, POOL)


def test_a_zone_more_at_one_of_three_sites(board: Board) -> None:
    zone = "      guests:     {vlan: 40, prefix: 10.10.64.0/24}\n"
    record, _ = board.drafted("A network for guests at Banbury", {DESK_ZONE: DESK_ZONE + zone}, NETWORK + POOL)
    golden.check("a_zone_more", record)
    board.applies(record, NETWORK + POOL)


def test_a_baseline_moved(board: Board) -> None:
    record, _ = board.drafted("The patches of December", {BASELINE: "baseline: 2026-11-11"}, POOL)
    golden.check("a_baseline_moved", record)
    board.applies(record, POOL)


def test_a_secret_rotated_is_said_and_never_shown(board: Board) -> None:
    workspace = board.cloud.workspace
    keys: dict[str, str] = json.loads(workspace.hub_keys_file.read_text())
    name = next(iter(keys))
    old, keys[name] = keys[name], "n0t-f0r-the-page" * 4
    workspace.hub_keys_file.write_text(json.dumps(keys))
    stacks.seal(workspace.project("network"), HUB_KEYS, json.dumps(keys))
    record, runs = board.drafted("A new key for a tunnel", {}, NETWORK)
    golden.check("a_secret_rotated", record)
    assert [edit.is_secret for change in record.resources for edit in change.edits] == [True] * len(record.resources)
    assert record.resources
    page = (Path(__file__).parent / "golden" / "a_secret_rotated.md").read_text()
    assert old not in str(record) + page
    assert keys[name] not in str(record) + page
    assert runs["network"].changes
    board.applies(record, NETWORK)
