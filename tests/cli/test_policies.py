"""The verbs of `pyops policies`: their texts, their JSON and their exit codes, over previews that were saved."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pyops.cli.policies import app
from pyops.errors import WrongUsage
from pyops.estate import load
from pyops.policies import POLICIES, Planned
from tests.policies.altering import altered
from tests.policies.sample import sample_plan

ROOT = Path(__file__).parents[2]
PRODUCTION = ROOT / "inventories" / "production"
MACHINE = "hybridcompute:Machine"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ROOT)

    def runner(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        return done.exit_code, done.output

    return runner


def plan() -> tuple[Planned, ...]:
    """The small plan without its backups: what is left keeps every policy."""
    return tuple(one for one in sample_plan(load(PRODUCTION)) if one.stack != "backup_replication")


def saved(folder: Path, resources: Sequence[Planned]) -> str:
    states = [{"urn": one.urn, "type": one.type, "inputs": one.inputs, "parent": one.parent} for one in resources]
    file = folder / "preview.json"
    file.write_text(json.dumps({"steps": [{"op": "create", "newState": state} for state in states]}), encoding="utf-8")
    return str(file)


def test_every_policy_is_listed_with_its_reason_and_its_sources(run: Run) -> None:
    code, output = run("list")

    assert code == 0
    for policy in POLICIES:
        assert f"{policy.id}: {policy.title}\n  {policy.reason}\n  {policy.sources[0]}\n" in output


def test_json_of_the_list_has_the_keys_that_help_documents(run: Run) -> None:
    entries = json.loads(run("list", "--json")[1])
    keys = {key for entry in entries for key in entry} | {key for entry in entries for key in entry["sources"][0]}

    assert [entry["id"] for entry in entries] == [policy.id for policy in POLICIES]
    assert keys == set(re.findall(r'"(\w+)"', run("list", "--help")[1]))


def test_a_plan_in_order_says_what_was_excused_and_why(run: Run, tmp_path: Path) -> None:
    code, output = run("check", "-i", str(PRODUCTION), "--from", saved(tmp_path, plan()))

    assert code == 0
    assert output.splitlines() == [
        "allowed_regions: excused for westeurope until 2027-11-30: Azure offers no control plane of Azure Local in "
        "the UK; only names, addresses and tags of servers are held there",
        "    1 resource: banbury-control-01 (Machine)",
        f"{len(POLICIES)} policies, 4 resources: in order, 1 excused",
    ]


def test_what_fails_is_told_with_its_reason_its_source_and_its_place(run: Run, tmp_path: Path) -> None:
    file = saved(tmp_path, altered(plan(), MACHINE, "", "tags.backup", "records"))
    code, output = run("check", "-i", str(PRODUCTION), "--from", file)
    lines = (PRODUCTION / "estate.yml").read_text(encoding="utf-8").splitlines()
    control = next(number for number, line in enumerate(lines, start=1) if line.startswith("  control:"))

    assert code == 1
    assert output.splitlines()[:5] == [
        "host_backup: every host has a backup policy that its site's vault offers",
        "  why: A server that was forgotten is found out on the day it is lost.",
        "  source: Microsoft cloud security benchmark BR-1, "
        "https://learn.microsoft.com/security/benchmark/azure/mcsb-backup-recovery",
        "    banbury-control-01 (Machine): its tag backup is records, must be standard",
        f"      inventories/production/estate.yml:{control}: pools.control.backup",
    ]
    assert output.splitlines()[-1] == f"{len(POLICIES)} policies, 4 resources: 1 policy broken by 1"


def test_json_of_a_check_has_the_keys_that_help_documents(run: Run, tmp_path: Path) -> None:
    file = saved(tmp_path, altered(plan(), MACHINE, "", "tags.backup", "records"))
    code, output = run("check", "-i", str(PRODUCTION), "--json", "--from", file)
    told: dict[str, Any] = json.loads(output)

    assert (code, told["in_order"], told["resources"]) == (1, False, 4)
    (broken,), (excused,) = told["broken"], told["excused"]
    assert (broken["policy"], broken["name"], broken["excused"]) == ("host_backup", "banbury-control-01", None)
    assert excused["excused"]["expires"] == "2027-11-30"
    keys = {*told, *broken, "exemption"}
    assert keys == set(re.findall(r'"(\w+)"', run("check", "--help")[1]))


def test_an_exemption_of_no_policy_fails(run: Run, tmp_path: Path) -> None:
    inventory = shutil.copytree(PRODUCTION, tmp_path / "production")
    text = (inventory / "estate.yml").read_text(encoding="utf-8")
    (inventory / "estate.yml").write_text(
        text.replace("policy: host_backup", "policy: host_backups", 1), encoding="utf-8"
    )
    code, output = run("check", "-i", str(inventory), "--from", saved(tmp_path, plan()))

    assert code == 1
    assert "exemption: host_backups, is not a policy; did you mean host_backup?" in output
    assert output.splitlines()[-1].endswith("nothing broken, 1 exemption of no use")


def test_a_stack_and_a_saved_preview_do_not_go_together(run: Run, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="--stack"):
        run("check", "--stack", "network", "--from", saved(tmp_path, plan()))
