"""The production playbooks on the lab: a second run changes nothing, a dry run is true, two at once are refused."""

import subprocess
import time

import pytest

from .conftest import ROOT, Site3, play, playbook, recap

pytestmark = pytest.mark.lab


def test_second_run_changes_nothing(three_sites: Site3) -> None:
    assert "changed: 0 tasks on 0 hosts" in three_sites.pyops("lab", "converge").stdout


@pytest.mark.long  # each role's own test shows it in every run, by molecule
def test_second_run_changes_nothing_with_ansibles_own_strategy(three_sites: Site3) -> None:
    """One site has a host of every kind, so every task of every role; the other two would only take longer."""
    site = [server.name for server in three_sites.estate.servers if server.site == "banbury"]
    site += [desk.name for desk in three_sites.estate.desktops.desks if desk.site == "banbury"]
    counts = recap(playbook("site", "--limit", "site_banbury").stdout)
    assert {host: count["changed"] for host, count in counts.items()} == dict.fromkeys(site, 0)


def test_dry_run_names_a_drifted_file_and_the_run_repairs_it(three_sites: Site3) -> None:
    host = "banbury-application-01"
    three_sites.run(host, "sh", "-c", "echo drift >> /etc/hosts")
    predicted = three_sites.pyops("lab", "converge", "--check", "--limit", host).stdout
    assert "would change: 1 tasks on 1 hosts" in predicted
    assert "drift" in three_sites.run(host, "cat", "/etc/hosts")
    assert "changed: 1 tasks on 1 hosts" in three_sites.pyops("lab", "converge", "--limit", host).stdout
    assert "drift" not in three_sites.run(host, "cat", "/etc/hosts")


def test_a_second_converge_at_once_is_refused_in_words(three_sites: Site3) -> None:
    first = subprocess.Popen(play("site"), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert first.stdout
        for line in first.stdout:
            if line.startswith("TASK"):
                break
        second = playbook("base", "--limit", "banbury-control-01", check=False)
        assert second.returncode == 1
        assert f"lab: process {first.pid}, since " in second.stderr + second.stdout
        assert "converges this estate: wait until it is done" in second.stderr + second.stdout
    finally:
        first.terminate()
        first.communicate(timeout=60)
    time.sleep(1)
    playbook("base", "--limit", "banbury-control-01")


def test_a_dry_run_may_go_beside_a_converge(three_sites: Site3) -> None:
    running = subprocess.Popen(play("base", "--limit", "towcester-control-01"), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        playbook("base", "--check", "--limit", "banbury-control-01")
    finally:
        running.communicate(timeout=300)
