"""Who can talk to whom, tried from every host to every host over every port: the whole matrix, not a sample."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pyops.estate import Estate

from .conftest import Site3
from .officers import soon

pytestmark = pytest.mark.lab

PROBE = (Path(__file__).parent / "probe.py").read_text(encoding="utf-8")
UNKNOWN = "8099/tcp"
"""A port that no service of the estate has: nobody may reach it across zones."""

Place = tuple[str, str]
"""Site and zone."""


def places(estate: Estate) -> dict[str, Place]:
    servers = {server.name: (server.site, server.zone) for server in estate.servers}
    return servers | {desk.name: (desk.site, estate.desktops.zone) for desk in estate.desktops.desks}


def specs(estate: Estate) -> list[str]:
    ports = (port for service in estate.services.values() for port in service)
    return sorted({f"{number}/{port.protocol}" for port in ports for number in {port.first, port.last}} | {UNKNOWN})


def allowed(estate: Estate, source: Place, target: Place, spec: str) -> bool:
    """What the flows of the file say, read here once more and apart from the code that renders them."""
    if source == target:
        return True
    number, protocol = spec.split("/")
    for flow in estate.flows:
        if (flow.source, flow.destination) != (source[1], target[1]) or (
            flow.scope == "site" and source[0] != target[0]
        ):
            continue
        ports = (port for name in flow.services for port in estate.services[name])
        if any(port.protocol == protocol and port.first <= int(number) <= port.last for port in ports):
            return True
    return False


@pytest.fixture(scope="module")
def listening(three_sites: Site3) -> Iterator[Site3]:
    """Every host answers on every port of every service (the routers have their own services and nothing else)."""
    names = [name for name in three_sites.names if "router" not in name]
    ports = [spec for spec in specs(three_sites.estate) if not spec.endswith("icmp")]
    # What answers by UDP answers its own protocol alone, and not the probe.
    silent = {name: ["samba-ad-dc", "chrony"] for name in names if "-directory-" in name}
    for name in names:
        three_sites.run(name, "tee", "/run/probe.py", stdin=PROBE)
        three_sites.run(name, "systemctl", "stop", *silent[name]) if name in silent else None
        listen = ["python3", "/run/probe.py", "listen", str(three_sites.estate.addresses[name]), *ports]
        three_sites.run(name, "systemd-run", "--quiet", "--unit=probe", *listen)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda name: answers_itself(three_sites, name), names))
    yield three_sites
    for name, units in silent.items():
        three_sites.run(name, "systemctl", "stop", "probe", check=False)
        three_sites.run(name, "systemctl", "start", *units)
    for name in names:
        three_sites.run(name, "systemctl", "stop", "probe", check=False)
        three_sites.run(name, "rm", "-f", "/run/probe.py")


def answers_itself(site: Site3, name: str) -> bool:
    """Wait until a host answers on every port: one may be held for a moment by what was stopped."""
    address = str(site.estate.addresses[name])
    wanted = {(address, spec) for spec in specs(site.estate)}
    soon(lambda: reached(site, name, sorted(wanted)) == wanted)
    return True


def reached(site: Site3, source: str, tries: list[tuple[str, str]]) -> set[tuple[str, str]]:
    output = site.run(source, "python3", "/run/probe.py", "try", stdin=json.dumps(tries))
    return {(address, spec) for address, spec in json.loads(output)}


def test_whole_matrix(listening: Site3) -> None:
    estate, where = listening.estate, places(listening.estate)
    address = {name: str(estate.addresses[name]) for name in where}
    hosts = [name for name in where if "router" not in name]
    tries = [(address[name], spec) for name in hosts for spec in specs(estate)]
    name_of = {value: key for key, value in address.items()}
    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip(hosts, pool.map(lambda host: reached(listening, host, tries), hosts), strict=True))
    wrong = []
    for source in hosts:
        for target, spec in tries:
            expected = allowed(estate, where[source], where[name_of[target]], spec)
            if ((target, spec) in answers[source]) != expected:
                wrong.append(f"{source} -> {name_of[target]} {spec}: {'blocked' if expected else 'passes'}")
    assert wrong == []


def test_routers_themselves_answer_to_the_management_zone_only(listening: Site3) -> None:
    routers = [str(server.address) for server in listening.estate.servers if server.pool.gateway]
    tries = [(address, "22/tcp") for address in routers]
    assert {address for address, _ in reached(listening, "banbury-control-01", tries)} == set(routers)
    assert reached(listening, "banbury-application-01", tries) == set()
    assert reached(listening, "cdc-d0001", tries) == set()


def test_refusals_are_counted(listening: Site3) -> None:
    router = "banbury-router-01"
    before = refused_packets(listening, router)
    reached(listening, "cdc-d0001", [("10.10.0.10", "22/tcp")])
    assert refused_packets(listening, router) > before


def refused_packets(site: Site3, router: str) -> int:
    """All packets that the router's refusing rules have counted."""
    rules = json.loads(site.run(router, "nft", "--json", "list", "ruleset"))["nftables"]
    counters = [
        entry["counter"] for entry in rules if "counter" in entry and "refuse" in entry["counter"].get("name", "")
    ]
    return sum(counter["packets"] for counter in counters)
