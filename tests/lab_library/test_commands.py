"""The commands of `pyops lab` that people type, on a throw-away lab."""

import json
import subprocess
import sys
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from pyops.lab import Lab, hosts, networks

from .conftest import PREFIX, boot, circuit, zone

ROOT = Path(__file__).parents[2]


def pyops(lab: Lab, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pyops.cli", "lab", verb, "--state", str(lab.state), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def status(lab: Lab) -> dict[str, object]:
    answer: dict[str, object] = json.loads(pyops(lab, "status", "--json").stdout)
    return answer


def power(lab: Lab) -> dict[str, bool]:
    found = status(lab)["hosts"]
    assert isinstance(found, list)
    return {host["name"]: host["is_on"] for host in found}


@pytest.fixture(scope="module")
def three(lab: Lab) -> Lab:
    """Two hosts at banbury and one at towcester, and a carrier between the sites."""
    other = zone("towcester", IPv4Network("10.20.20.0/24"))
    wires = [circuit("banbury", IPv4Network("198.51.100.8/29")), circuit("towcester", IPv4Network("198.51.100.16/29"))]
    for network in (other, *wires):
        networks.create(lab, network)
    boot(lab, "banbury-web-01", (zone(), PREFIX[11]))
    boot(lab, "banbury-web-02", (zone(), PREFIX[12]))
    boot(lab, "towcester-web-01", (other, other.prefix[11]))
    hosts.wait_for_ssh(lab, ["banbury-web-01", "banbury-web-02", "towcester-web-01"], 60)
    return lab


def test_a_lab_that_was_never_made_is_not_up_and_down_is_nothing(paper: Lab) -> None:
    assert status(paper)["is_up"] is False
    assert pyops(paper, "down").returncode == 0
    assert not paper.state.exists()


def test_ssh_to_no_lab_says_how_to_start_one(paper: Lab) -> None:
    done = pyops(paper, "ssh", "web")
    assert (done.returncode, done.stderr) == (1, f"{paper.state}: no lab runs there, `pyops lab up` starts one\n")


@pytest.mark.root
def test_ssh_runs_a_command_and_hands_on_its_exit_code(three: Lab) -> None:
    assert pyops(three, "ssh", "banbury-web-01", "hostname", "-s").stdout == "banbury-web-01\n"
    assert pyops(three, "ssh", "banbury-web-01", "exit", "7").returncode == 7


@pytest.mark.root
def test_connect_joins_a_stream_by_name_and_by_address(three: Lab) -> None:
    for name in ("banbury-web-01", str(PREFIX[11])):
        command = [sys.executable, "-m", "pyops.cli", "lab", "connect", "--state", str(three.state), name, "22"]
        done = subprocess.run(command, input="", cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout.startswith("SSH-2.0-")


@pytest.mark.root
def test_a_site_goes_off_and_on_as_a_whole(three: Lab) -> None:
    assert pyops(three, "off", "banbury").stdout == "off: banbury-web-01\noff: banbury-web-02\n"
    assert power(three) == {"banbury-web-01": False, "banbury-web-02": False, "towcester-web-01": True}
    assert pyops(three, "on", "banbury-web-02").returncode == 0
    assert power(three) == {"banbury-web-01": False, "banbury-web-02": True, "towcester-web-01": True}
    assert pyops(three, "on", "banbury").returncode == 0
    assert pyops(three, "ssh", "banbury-web-01", "true").returncode == 0
    done = pyops(three, "off", "oxford")
    assert (done.returncode, done.stderr) == (1, "oxford: neither a host nor a site of this lab\n")


@pytest.mark.root
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cut", "banbury-a"], "cut: circuit banbury-a\n"),
        (["cut", "towcester-a:banbury-a"], "cut: path banbury-a:towcester-a\n"),
        (["cut", "a"], "cut: carrier a\n"),
        (["cut", "banbury-a", "towcester-a"], "cut: circuit banbury-a\ncut: circuit towcester-a\n"),
        (["partition", "banbury"], "cut: circuit banbury-a\n"),
    ],
)
def test_cuts_are_named_as_people_say_them_and_shown(three: Lab, words: list[str], said: str) -> None:
    assert pyops(three, *words).stdout == said
    assert said in pyops(three, "status").stdout
    assert pyops(three, "heal").stdout == said.replace("cut", "healed")
    assert status(three)["cuts"] == []
    assert pyops(three, "heal").stdout == "nothing was cut\n"


@pytest.mark.root
def test_logs_show_the_journal(three: Lab) -> None:
    assert "Startup finished" in pyops(three, "logs", "banbury-web-01").stdout
