"""The verbs of `pyops estate`: their tables, their JSON and their exit codes."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pyops.cli.estate import app

ROOT = Path(__file__).parents[2]
LAB, PRODUCTION = ROOT / "inventories" / "lab", ROOT / "inventories" / "production"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ROOT)

    def runner(*arguments: str, inventory: Path = LAB) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*arguments, "-i", str(inventory)], catch_exceptions=False)
        return done.exit_code, done.output

    return runner


def broken(tmp_path: Path) -> Path:
    text = (LAB / "estate.yml").read_text(encoding="utf-8")
    (tmp_path / "estate.yml").write_text(text.replace("asn: 64602", "asn: 64601"), encoding="utf-8")
    (tmp_path / "desktops.csv").write_bytes((LAB / "desktops.csv").read_bytes())
    return tmp_path


def test_check_counts_what_is_in_order(run: Run) -> None:
    assert run("check") == (
        0,
        "inventories/lab/estate.yml: in order: 3 sites, 6 links, 21 servers, 3 desks, 12 people\n",
    )


def test_check_as_json_lists_problems_and_fails(run: Run, tmp_path: Path) -> None:
    code, output = run("check", "--json", inventory=broken(tmp_path))
    (problem,) = json.loads(output)["problems"]

    assert (code, json.loads(output)["in_order"]) == (1, False)
    assert problem.pop("line") > 1
    assert problem == {
        "file": f"{tmp_path}/estate.yml",
        "path": "sites.towcester.routing.asn",
        "given": "64601",
        "rule": "is already the AS number of banbury",
    }
    assert run("check", "--json")[0] == 0


JSON_KEYS = [
    (["addresses"], {"host", "site", "use", "interface", "address", "prefix", "mac"}),
    (["resilience"], {"lost", "holds", "reach", "pools"}),
    (["prove"], {"id", "claim", "cases", "holds", "counter_example"}),
    (["reachability"], {"from_zone", "to_zone", "within", "between", "free"}),
    (
        ["reachability", "--site", "banbury"],
        {"from_site", "from_zone", "to_site", "to_zone", "services", "ports", "free"},
    ),
]


@pytest.mark.parametrize(("arguments", "keys"), JSON_KEYS)
def test_json_has_the_keys_that_help_documents(arguments: list[str], keys: set[str], run: Run) -> None:
    code, output = run(*arguments, "--json")
    documented = run(arguments[0], "--help")[1]

    assert code == 0
    assert {key for entry in json.loads(output) for key in entry} == keys
    assert keys <= set(re.findall(r'"(\w+)"', documented))


@pytest.mark.parametrize("verb", ["show", "addresses", "resilience", "prove", "reachability"])
def test_tables_in_a_pipe_are_never_cut_and_have_no_colours(verb: str, run: Run) -> None:
    code, output = run(verb, inventory=PRODUCTION)

    assert code == 0
    assert "…" not in output
    assert "\x1b" not in output
    assert output.startswith("production: ")


def test_show_as_json_has_the_keys_of_the_file(run: Run) -> None:
    data: dict[str, Any] = json.loads(run("show", "--json")[1])

    assert data["flows"][0] == {"from": "management", "to": "management", "services": ["ping", "ssh"], "scope": "all"}
    assert data["pools"]["directory"]["memory"] == 1024
    assert data["patches"]["deadline"] == 14 * 86400


def test_show_writes_the_map_to_a_file_or_prints_it(run: Run, tmp_path: Path) -> None:
    assert run("show", "--svg", str(tmp_path / "map.svg")) == (0, "")
    assert run("show", "--svg", "-") == (0, (tmp_path / "map.svg").read_text(encoding="utf-8"))


def test_resilience_of_several_losses_at_once_fails_where_something_is_missing(run: Run) -> None:
    code, output = run("resilience", "--lost", "banbury-towcester-a", "--lost", "banbury-towcester-b")
    assert (code, "banbury and towcester by stratford" in output) == (0, True)

    code, output = run("resilience", "--lost", "banbury", "--lost", "towcester")
    assert (code, "directory has 1 of the 2 needed" in output) == (1, True)


def test_proofs_hold_or_say_what_refutes_them(run: Run, tmp_path: Path) -> None:
    code, output = run("prove", inventory=PRODUCTION)
    assert (code, "does not hold" in output) == (0, False)

    text = (LAB / "estate.yml").read_text(encoding="utf-8").replace("towcester: wednesday", "towcester: tuesday")
    (tmp_path / "estate.yml").write_text(text, encoding="utf-8")
    (tmp_path / "desktops.csv").write_bytes((LAB / "desktops.csv").read_bytes())
    code, output = run("prove", inventory=tmp_path)
    assert code == 1
    assert output.splitlines()[-1] == (
        "patch_days: while banbury and towcester are patched on tuesday the pool mirror has 1 server of its target 2"
    )


def test_reachability_of_a_site_names_ports(run: Run) -> None:
    output = run("reachability", "--site", "stratford")[1]

    assert re.search(r"servers +│ stratford +│ management +│ dns +│ 53/tcp 53/udp", output)
    assert re.search(r"servers +│ banbury +│ management +│ nothing +│ -", output)


def test_diff_tells_changes_with_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (LAB / "estate.yml").read_text(encoding="utf-8")
    (tmp_path / "estate.yml").write_text(text.replace("speed: 500Mbps", "speed: 1Gbps"), encoding="utf-8")
    (tmp_path / "desktops.csv").write_bytes((LAB / "desktops.csv").read_bytes())

    done = CliRunner().invoke(app, ["diff", str(LAB), str(tmp_path)])
    assert done.output == "~ stratford changes speed of circuit b from 500 Mbps to 1 Gbps\n"
    assert CliRunner().invoke(app, ["diff", str(LAB), str(LAB)]).output == "nothing changes\n"

    done = CliRunner().invoke(app, ["diff", "--json", str(LAB), str(tmp_path)])
    assert json.loads(done.output) == [
        {
            "kind": "changed",
            "subject": "stratford",
            "words": "stratford changes speed of circuit b from 500 Mbps to 1 Gbps",
            "paths": ["sites.stratford.circuits.b.speed"],
        }
    ]


def test_schema_is_json() -> None:
    schema = json.loads(CliRunner().invoke(app, ["schema"]).output)

    assert schema["required"][0] == "plugin"
