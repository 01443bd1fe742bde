"""The fleet read by a reader in the network of each site's control host; a reader, or its host, is lost in the middle."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from pyops.cli.fleet_access import database
from pyops.fleet.store import Store
from pyops.lab import cgroups, ssh

from .conftest import INVENTORY, ROOT, Site3

pytestmark = pytest.mark.lab

NODE, SLOW = "towcester-control-01", "towcester-application-01"
DEADLINE = "90"
"""So long that whoever ends sooner was lost, and did not run out of time."""
NOTICED = 25
"""Seconds after which a control host without power is noticed at the latest: the promise, not a time of the test's own.

Its connection is silent, and would itself be given up after 30 s.
"""
HANGS = """
add table inet hangs
add chain inet hangs out { type filter hook output priority 0; }
add rule inet hangs out tcp sport 22 meta length > 200 drop
"""
"""A host greets, and then nothing arrives of what it says."""


@pytest.fixture
def slow(three_sites: Site3) -> Iterator[Site3]:
    """The lab with one host that does not get its answers out."""
    three_sites.run(SLOW, "nft", "-f", "-", stdin=HANGS)
    yield three_sites
    three_sites.run(SLOW, "nft", "delete table inet hangs")


@contextmanager
def scanning(site: Site3) -> Iterator[subprocess.Popen[str]]:
    """A scan by site that has come so far that it waits for the slow host."""
    scan = subprocess.Popen(
        ["pyops", "-i", str(INVENTORY), "fleet", "scan", "--by-site", "--deadline", DEADLINE, "--json"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while not site.run(SLOW, "ss", "-Htn", "state", "established", "sport = :22"):
            if time.monotonic() > until or scan.poll() is not None:
                pytest.fail("nobody asks the slow host")
            time.sleep(0.1)
        yield scan
    finally:
        scan.kill()
        scan.communicate()


def told(scan: subprocess.Popen[str]) -> dict[str, Any]:
    out, complaints = scan.communicate(timeout=80)
    assert out, complaints
    found: dict[str, Any] = json.loads(out)
    return found


def silences(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["host"]: (one["reason"], one["detail"]) for one in found["silent"]}


def of_site(site: Site3, name: str) -> set[str]:
    desks = {desk.name for desk in site.estate.desktops.desks if desk.site == name}
    return desks | {server.name for server in site.estate.servers if server.site == name}


def scan(site: Site3, *arguments: str) -> dict[str, Any]:
    done = site.pyops("fleet", "scan", "--json", *arguments, check=False)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def left_behind(site: Site3) -> list[str]:
    """Programs beside hosts, and certificates."""
    running = [name for name in site.names if cgroups.is_populated(cgroups.of_beside(site.lab, name))]
    return running + [path.name for path in (site.lab.state / "secrets").glob("readers*")]


def packages(site: Site3) -> dict[str, Any]:
    with Store(database(site.estate)) as store:
        return {host: latest.facts and latest.facts.packages for host, latest in store.latest(site.names).items()}


def test_readers_of_three_sites_tell_what_a_plain_scan_tells(three_sites: Site3) -> None:
    plain = scan(three_sites, "--anew")
    known = packages(three_sites)
    by_site = scan(three_sites, "--anew", "--by-site")

    assert (by_site["asked"], by_site["answered"]) == (len(three_sites.names), len(three_sites.names))
    assert by_site["wanting"] == plain["wanting"]
    assert packages(three_sites) == known
    assert all(known.values())
    assert left_behind(three_sites) == []


def test_hosts_of_a_reader_that_is_killed_are_unread_and_the_other_sites_are_read(slow: Site3) -> None:
    with scanning(slow) as running:
        cgroups.kill(cgroups.of_beside(slow.lab, NODE))
        found = told(running)

    lost = silences(found)
    assert lost[SLOW] == ("reader lost", "towcester: its reader is gone")
    assert lost.keys() <= of_site(slow, "towcester")
    assert set(lost.values()) == {lost[SLOW]}
    assert found["answered"] == len(slow.names) - len(lost)
    assert left_behind(slow) == []


def test_a_control_host_without_power_takes_its_reader_with_it_and_only_its_site_is_unread(
    slow: Site3, record_property: Callable[[str, object], None]
) -> None:
    try:
        with scanning(slow) as running:
            slow.pyops("lab", "off", NODE)
            off_since = time.monotonic()
            found = told(running)
            noticed = time.monotonic() - off_since
        meanwhile = scan(slow, "--by-site")
    finally:
        slow.pyops("lab", "on", NODE)
        ssh.wait_for_ssh(slow.lab, [NODE], 60)

    record_property("seconds until it was noticed", noticed)
    assert noticed < NOTICED
    lost = silences(found)
    assert lost[SLOW] == ("reader lost", "towcester: its reader is gone")
    assert lost.keys() <= of_site(slow, "towcester")
    off = f"towcester: {NODE}: is off, or has not begun to run, so nothing can run beside it"
    assert silences(meanwhile) == dict.fromkeys(of_site(slow, "towcester"), ("reader lost", off))
    assert meanwhile["answered"] == len(slow.names) - len(of_site(slow, "towcester"))


def test_an_interrupt_keeps_what_the_readers_told_and_ends_them(slow: Site3) -> None:
    begun = datetime.now(UTC)
    with scanning(slow) as running:
        until = time.monotonic() + 60
        while len(read_now := answered_since(slow, begun)) < 5 and time.monotonic() < until:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        found = told(running)

    assert running.returncode == 130
    assert found["interrupted"]
    assert found["answered"] >= len(read_now) >= 5
    assert left_behind(slow) == []


def answered_since(site: Site3, begun: datetime) -> list[str]:
    """Hosts whose last observation is younger."""
    with Store(database(site.estate)) as store:
        latest = store.latest(site.names).values()
        return [one.host for one in latest if one.observation and one.observation.read_at > begun]
