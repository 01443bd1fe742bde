"""Break what carries the sites and watch them hold."""

import itertools
import json
import re
import subprocess
import time
from collections.abc import Callable

import pytest

from pyops.lab import faults

from .conftest import Site3
from .officers import SERVERS, SITES, soon
from .outage import INTERVAL, outage

pytestmark = pytest.mark.lab

LONGEST = 1.5
"""Seconds that may be lost between any two sites: the promise itself, not a time of the test's own."""


def pairs(site: Site3, sites: tuple[str, ...] = SITES) -> list[tuple[str, str]]:
    """Several flows between each two sites: which carrier a flow uses is a matter of its addresses."""
    desks = {desk.site: desk.name for desk in site.estate.desktops.desks}
    return [
        (source, str(site.estate.addresses[f"{b}-{pool}-01"]))
        for a, b in itertools.permutations(sites, 2)
        for source in (SERVERS[a], f"{a}-directory-01", desks[a])
        for pool in ("application", "directory")
    ]


def hops(site: Site3, here: str, there: str) -> set[str]:
    """The interfaces by which a site's router sends to the servers of another."""
    prefix = str(site.estate.sites[there].zones["servers"].prefix)
    routes = json.loads(site.run(f"{here}-router-01", "ip", "-json", "route", "show", prefix))
    return {hop["dev"] for route in routes for hop in route.get("nexthops", [route])}


def settled(site: Site3) -> None:
    """Wait until every site sends to every other directly, over both carriers at once."""
    deadline = time.monotonic() + 90
    wanted = {pair: {f"wg-a-{pair[1]}", f"wg-b-{pair[1]}"} for pair in itertools.permutations(SITES, 2)}
    while (found := {pair: hops(site, *pair) for pair in wanted}) != wanted:
        if time.monotonic() > deadline:
            pytest.fail(f"routing did not come back: {found}")
        time.sleep(0.5)


@pytest.mark.parametrize("what", ["banbury-a", "banbury-b:towcester-b", "a", "b"])
def test_a_cut_loses_at_most_a_moment_and_healing_loses_nothing(
    healed: Site3, what: str, record_property: Callable[[str, object], None]
) -> None:
    settled(healed)
    broken = outage(healed.lab, pairs(healed), lambda: healed.pyops("lab", "cut", what))
    longest = max(gap.seconds for gap in broken.values())
    record_property("longest silence in seconds", longest)
    assert longest > 4 * INTERVAL, "no flow used what was cut: nothing was shown"
    assert {pair: gap for pair, gap in broken.items() if gap.seconds > LONGEST} == {}
    repaired = outage(healed.lab, pairs(healed), lambda: healed.pyops("lab", "heal"))
    assert {pair: gap for pair, gap in repaired.items() if gap.lost} == {}


def test_both_paths_of_a_pair_cut_goes_by_the_third_site(healed: Site3) -> None:
    settled(healed)
    paths = [f"banbury-{carrier}:stratford-{carrier}" for carrier in "ab"]
    broken = outage(healed.lab, pairs(healed, ("banbury", "stratford")), lambda: healed.pyops("lab", "cut", *paths))
    assert {pair: gap for pair, gap in broken.items() if gap.seconds > LONGEST} == {}
    towcester = counters(healed, "towcester-router-01")
    healed.run(SERVERS["banbury"], "ping", "-c", "20", "-i", "0.02", "10.30.20.40")
    assert counters(healed, "towcester-router-01") - towcester >= 40


def counters(site: Site3, router: str) -> int:
    """Packets that the router's tunnels have received."""
    text = site.run(router, "cat", "/proc/net/dev")
    return sum(int(line.split()[2]) for line in text.splitlines() if line.strip().startswith("wg-"))


def test_both_carriers_are_used_at_once(healed: Site3) -> None:
    settled(healed)
    assert hops(healed, "banbury", "stratford") == {"wg-a-stratford", "wg-b-stratford"}


def test_a_site_off_leaves_the_others_untouched_and_comes_back_by_itself(healed: Site3) -> None:
    settled(healed)
    others = outage(
        healed.lab, pairs(healed, ("banbury", "towcester")), lambda: healed.pyops("lab", "off", "stratford")
    )
    try:
        assert {pair: gap for pair, gap in others.items() if gap.lost} == {}
        status = json.loads(healed.pyops("lab", "status", "--json").stdout)
        off = {host["name"] for host in status["hosts"] if not host["is_on"]}
        assert off == {name for name in healed.names if name.startswith(("stratford-", "sdc-"))}
    finally:
        healed.pyops("lab", "on", "stratford")
    settled(healed)
    soon(lambda: healed.ssh(SERVERS["stratford"], "true").returncode == 0, 60)
    healed.run(SERVERS["banbury"], "ping", "-c", "1", "-W", "2", "10.30.20.40")


def test_a_partition_is_a_site_that_nobody_reaches(healed: Site3) -> None:
    healed.pyops("lab", "partition", "stratford")
    time.sleep(3)
    assert "0 received" in healed.run(SERVERS["banbury"], "ping", "-c", "2", "-W", "1", "10.30.20.40", check=False)
    healed.run(SERVERS["banbury"], "ping", "-c", "1", "-W", "2", "10.20.20.40")
    healed.pyops("lab", "heal")
    settled(healed)
    healed.run(SERVERS["banbury"], "ping", "-c", "1", "-W", "2", "10.30.20.40")


def test_carriers_see_nothing_but_encrypted_packets(healed: Site3) -> None:
    settled(healed)
    marker = "in-plain-sight"
    for carrier in "ab":
        namespace = f"/run/netns/{healed.lab.name}-carrier-{carrier}"
        capture = subprocess.Popen(
            ["nsenter", f"--net={namespace}", "timeout", "6", "tcpdump", "-i", "any", "-n", "-A", "not", "arp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
        )
        time.sleep(1)
        for target in ("10.20.20.40", "10.30.20.40"):
            healed.run(SERVERS["banbury"], "ping", "-c", "20", "-i", "0.02", "-p", marker.encode().hex(), target)
        seen = capture.communicate(timeout=30)[0]
        packets = [line for line in seen.splitlines() if re.search(r" IP6? ", line)]
        ports = {str(link.port) for link in healed.estate.links.values() if link.carrier == carrier}
        assert packets, f"nothing crossed carrier {carrier}"
        assert [
            line for line in packets if not re.search(rf"\.({'|'.join(ports)}) > .*\.({'|'.join(ports)}): UDP", line)
        ] == []
        assert marker not in seen


def test_active_cuts_are_shown_and_survive_the_command(healed: Site3) -> None:
    healed.pyops("lab", "cut", "banbury-a")
    assert "banbury-a" in healed.pyops("lab", "status").stdout
    assert [cut.what for cut in faults.active(healed.lab)] == ["banbury-a"]
