"""The engine's state of an estate on this machine: keys of the tunnels to the hubs, and a stack's committed settings."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from pyops.emulator.attach import attached
from pyops.engines import pulumi
from pyops.environments import workspace as module
from pyops.environments.workspace import HUB_KEYS, Workspace
from pyops.estate import load

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
PROGRAM = """
import pulumi
from pulumi_azure_native import resources

keys = pulumi.Config("pyops").require_secret_object("hub-keys")
resources.ResourceGroup("group", resource_group_name="rg-network", location="uksouth", tags=keys)
pulumi.export("keys", keys)
pulumi.export("plain", pulumi.Config("pyops").get_object("plain"))
"""
COMMITTED = """
secretsprovider: azurekeyvault://vault.example/keys/pulumi
encryptedkey: bm90IGEga2V5
encryptionsalt: v1:PXVM8hay2ss=:v1:tCAiDFxuOyz8WxBC:gZ+/kfpHXZnhgM3soiSV5jia2S/dCw==
config:
  pyops:hub-keys:
    secure: v1:81LFbxv027rWIPlL:ETyJXuX2bXawJhtTkpOJbxg5uZNLyY+tgg==
  pyops:nested:
    deep:
    - secure: v1:81LFbxv027rWIPlL:ETyJXuX2bXawJhtTkpOJbxg5uZNLyY+tgg==
  pyops:plain:
    of: the council
"""
"""Settings as production has them: encrypted by somebody else."""


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "inventories" / "lab", tmp_path / "inventory")
    return tmp_path / "inventory" / "estate.yml"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose network program does nothing but use the keys."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    (tmp_path / "stacks" / "network" / "__main__.py").write_text(PROGRAM)
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    return tmp_path


def ready(inventory: Path, folder: Path) -> Workspace:
    workspace = Workspace(folder, load(inventory))
    workspace.ready()
    return workspace


def keys_of(workspace: Workspace) -> dict[str, str]:
    found: dict[str, str] = json.loads(workspace.hub_keys_file.read_text())
    return found


def test_keys_are_made_once_for_every_tunnel_and_are_their_owners_alone(inventory: Path, tmp_path: Path) -> None:
    first = ready(inventory, tmp_path / "state")
    before = [path.read_bytes() for path in (first.hub_keys_file, tmp_path / "state" / "network.yaml")]
    keys = keys_of(first)
    assert set(keys) == {
        f"{site}-{carrier}-{region}"
        for site in ("banbury", "towcester", "stratford")
        for carrier in "ab"
        for region in ("uksouth", "ukwest")
    }
    assert len(set(keys.values())) == len(keys)
    assert first.hub_keys_file.stat().st_mode & 0o777 == 0o600
    again = ready(inventory, tmp_path / "state")
    assert [path.read_bytes() for path in (again.hub_keys_file, tmp_path / "state" / "network.yaml")] == before


def test_a_tunnel_more_gets_a_key_and_one_that_is_gone_loses_its_own(inventory: Path, tmp_path: Path) -> None:
    known = keys_of(ready(inventory, tmp_path / "state"))
    others = {name: key for name, key in known.items() if name != "banbury-a-uksouth"}
    (tmp_path / "state" / "hub_keys.json").write_text(json.dumps({**others, "gone-a-uksouth": "0"}))
    keys = keys_of(ready(inventory, tmp_path / "state"))
    assert {name for name in keys if keys[name] != known[name]} == {"banbury-a-uksouth"}
    assert set(keys) == set(known)


def test_the_program_gets_the_keys_and_nothing_else_shows_one(checkout: Path, inventory: Path, tmp_path: Path) -> None:
    workspace = ready(inventory, tmp_path / "state")
    with attached(workspace.store, workspace.estate.name) as environment:
        project = workspace.project("network", environment)
        runs = [pulumi.preview(project), pulumi.up(project), pulumi.preview(project)]
    told = json.loads(pulumi.called(project, "stack", "output", "--json", "--show-secrets", "--stack", project.stack))
    assert told["keys"] == keys_of(workspace)
    assert runs[-1].changes == ()
    wanted = list(keys_of(workspace).values())
    assert [run for run in runs if any(key in repr(run) for key in wanted)] == []
    produced = [path for path in (tmp_path / "state").rglob("*") if path.is_file() and path != workspace.hub_keys_file]
    assert len(produced) > 10
    assert [path for path in produced if any(key.encode() in path.read_bytes() for key in wanted)] == []


def test_committed_secrets_are_left_to_those_who_can_open_them(checkout: Path, inventory: Path, tmp_path: Path) -> None:
    committed = checkout / "stacks" / "network" / "Pulumi.lab.yaml"
    committed.write_text(COMMITTED)
    workspace = ready(inventory, tmp_path / "state")
    with attached(store=None, stack=None) as environment:
        run = pulumi.preview(workspace.project("network", environment))
    assert {step.name: step.operation for step in run.changes} == {"group": "create"}
    config = yaml.safe_load((tmp_path / "state" / "network.yaml").read_text())
    assert "secretsprovider" not in config
    assert "pyops:nested" not in config["config"]
    assert config["config"][HUB_KEYS] != yaml.safe_load(COMMITTED)["config"][HUB_KEYS]
    assert config["config"]["pyops:plain"] == {"of": "the council"}
    assert committed.read_text() == COMMITTED
