"""Edits of the estate show before anything happens, then work; a partner or a site more is an edit of one file.

All edits are made at once and taken back at the end: each build and converge of the lab costs minutes. They come last,
so that the converge after them is the one with which the next run of these tests begins.
"""

import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pyops.lab import hosts
from tests.browser import Desk, chromium, come_in_by_code, register_second_factor

from .conftest import INVENTORY, Site3
from .officers import DESKS, SERVERS, SITES, officer, soon
from .test_stacks import Changes, changes

pytestmark = [pytest.mark.lab, pytest.mark.last]

COUNT = "count: {banbury: 1, towcester: 1, stratford: 1}"
ROUTERS = f"router:      {{image: router, gateway: true, zone: management, {COUNT}"
APPLICATIONS = f"application: {{image: application, zone: servers, first: 40, {COUNT}"
MIRRORS = f"mirror:      {{image: mirror, zone: servers, first: 50, {COUNT}"
DESKS_OF_BANBURY = "      desktops:   {vlan: 30, prefix: 10.10.32.0/20}\n"
LAST_FLOW = "  - {from: servers, to: management, services: [dns], scope: site}\n"
RECOVERY = "    recovery: {rpo: 0s, rto: 60s}\n"
CODSALL = textwrap.dedent("""\
      codsall:
        partner: south_staffordshire
        region: ukwest
        supernet: 10.40.0.0/16
        zones:
          management: {vlan: 10, prefix: 10.40.0.0/24}
          servers:    {vlan: 20, prefix: 10.40.20.0/24}
          desktops:   {vlan: 30, prefix: 10.40.32.0/20}
        circuits:
          a: {vlan: 901, prefix: 198.51.100.32/29, address: 198.51.100.34, gateway: 198.51.100.33, peering: 172.30.4.1, speed: 1Gbps}
          b: {vlan: 902, prefix: 203.0.113.32/29, address: 203.0.113.34, gateway: 203.0.113.33, peering: 172.30.4.2, speed: 1Gbps}
        routing: {asn: 64604, loopback: 10.40.255.1}

    links:
      codsall-banbury-a:   {sites: [codsall, banbury], carrier: a, prefix: 172.31.4.0/31, port: 51807}
      codsall-banbury-b:   {sites: [codsall, banbury], carrier: b, prefix: 172.31.4.2/31, port: 51808}
      codsall-towcester-a: {sites: [codsall, towcester], carrier: a, prefix: 172.31.5.0/31, port: 51809}
      codsall-towcester-b: {sites: [codsall, towcester], carrier: b, prefix: 172.31.5.2/31, port: 51810}
      codsall-stratford-a: {sites: [codsall, stratford], carrier: a, prefix: 172.31.6.0/31, port: 51811}
      codsall-stratford-b: {sites: [codsall, stratford], carrier: b, prefix: 172.31.6.2/31, port: 51812}
    """)

EDITS = {
    # a fourth partner with its site, and a fifth without one
    "partners:\n": "partners:\n  south_staffordshire: {name: South Staffordshire Council}\n  kineton: {name: \"Kineton & O'Neill's\"}\n",
    "links:\n": CODSALL,
    ROUTERS: ROUTERS.replace("stratford: 1}", "stratford: 1, codsall: 1}"),
    MIRRORS: MIRRORS.replace("stratford: 1}", "stratford: 1, codsall: 1}"),
    "alignment: {cherwell: full,": "alignment: {south_staffordshire: hosted, kineton: full, cherwell: full,",
    # a server more at two sites, a zone more, a flow more
    APPLICATIONS: APPLICATIONS.replace("banbury: 1,", "banbury: 2,").replace(
        "stratford: 1}", "stratford: 1, codsall: 1}"
    ),
    DESKS_OF_BANBURY: DESKS_OF_BANBURY + "      guests:     {vlan: 40, prefix: 10.10.64.0/24}\n",
    "window: {days: {": "window: {days: {codsall: friday, ",
    # what holds data can go again at the end
    "\nexemptions:": (
        "\nretirements:\n"
        "  codsall: {retire: true, by: 2099-12-31, reason: the end of the test}\n"
        "  banbury-application-02: {retire: true, by: 2099-12-31, reason: the end of the test}\n"
        "\nexemptions:"
    ),
    # a system that not everybody may use, and that asks for more than a ticket
    RECOVERY: RECOVERY + "    sign_on: {groups: [platform_engineers], second_factor: true, consent: true}\n",
    LAST_FLOW: LAST_FLOW + "  - {from: desktops, to: management, services: [ssh], scope: site}\n",
}


def passes(site: Site3) -> bool:
    """Whether a desk opens ssh on the management network of its site."""
    return site.tried("cdc-d0001", "timeout", "3", "bash", "-c", "</dev/tcp/10.10.0.10/22").returncode == 0


@dataclass(frozen=True)
class Edited:
    """What was seen before the edits were applied, and where they are."""

    folder: Path
    planned: dict[str, str]
    predicted: str
    hosts_before: set[str]
    passed_before: bool


def edit(folder: Path) -> None:
    file = folder / "estate.yml"
    text = file.read_text()
    for old, new in EDITS.items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the estate"
        text = text.replace(old, new)
    file.write_text(text)
    with (folder / "desktops.csv").open("a") as register:
        register.write("kpc-d0001,banbury,kineton,laptop-2025,broad,10.10.32.102\n")


def created(found: Changes) -> dict[str, str]:
    return {str(c["name"]): str(c["operation"]) for stack in found.values() for c in stack}


@pytest.fixture(scope="module")
def edited(three_sites: Site3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edited]:
    """The edits: previewed, then applied; afterwards the lab has the hosts that its own estate says."""
    folder = tmp_path_factory.mktemp("edited") / "lab"
    shutil.copytree(INVENTORY, folder)
    edit(folder)
    try:
        seen = Edited(
            folder=folder,
            planned=created(changes(three_sites.pyops("stacks", "preview", "--json", inventory=folder).stdout)),
            predicted=three_sites.pyops(
                "lab", "converge", "--check", "--limit", "banbury-router-01", inventory=folder
            ).stdout,
            hosts_before={host.name for host in hosts.every(three_sites.lab)},
            passed_before=passes(three_sites),
        )
        three_sites.pyops("lab", "up", inventory=folder)
        three_sites.pyops("lab", "converge", inventory=folder)
        yield seen
    finally:
        if {host.name for host in hosts.every(three_sites.lab)} != set(three_sites.names):
            three_sites.pyops("lab", "up")


def test_the_preview_showed_everything_and_nothing_had_happened(edited: Edited) -> None:
    expected = ["lnet-banbury-guests", "banbury-application-02-instance", "nic-banbury-router-01-guests", "rg-codsall"]
    assert {name: edited.planned.get(name) for name in expected} == dict.fromkeys(expected, "create")
    assert {"banbury-application-02", "codsall-router-01"} & edited.hosts_before == set()


def test_a_server_more(three_sites: Site3, edited: Edited) -> None:
    assert three_sites.ssh("banbury-application-02", "hostname").stdout.strip() == "banbury-application-02"


def test_a_zone_more(three_sites: Site3, edited: Edited) -> None:
    assert "inet 10.10.64.1/24" in three_sites.run("banbury-router-01", "ip", "address", "show", "guests")


def test_a_flow_more(three_sites: Site3, edited: Edited) -> None:
    assert "changed: [banbury-router-01]" in edited.predicted.partition("Write the rules between zones")[2]
    assert not edited.passed_before
    assert passes(three_sites)


def test_a_fourth_partner_with_its_site(three_sites: Site3, edited: Edited) -> None:
    # The new site's router has only just begun to speak BGP.
    for server in SERVERS.values():
        soon(lambda server=server: answers(three_sites, "codsall-application-01", server), 60)  # type: ignore[misc]


def answers(site: Site3, source: str, target: str) -> bool:
    return "1 received" in site.run(source, "ping", "-c", "1", "-W", "2", target, check=False)


def test_a_partner_without_a_site(three_sites: Site3, edited: Edited) -> None:
    assert three_sites.ssh("kpc-d0001", "hostname").stdout.strip() == "kpc-d0001"
    assert "Kineton & O'Neill's" in three_sites.pyops("estate", "show", "--json", inventory=edited.folder).stdout


def test_a_system_that_wants_a_second_factor_and_consent(directory: Site3, edited: Edited, tmp_path: Path) -> None:
    """At each site, in a real browser at one site's desk, by whoever may; the ticket alone opens it no more."""
    desk, domain = DESKS["banbury"], directory.estate.domain
    systems = {site: f"https://{name}.{domain}/" for site, name in SERVERS.items()}
    providers = {site: f"{site}-signon-01.{domain}" for site in SITES}
    auditor, engineer = officer(directory, "snc.auditor.01"), officer(directory, "cdc.engineer.01")
    assert [one.signs_in(desk).returncode for one in (auditor, engineer)] == [0, 0]
    assert [
        site for site in SITES for one in (auditor, engineer) if one.web(desk, site) == f"200 {systems[site]}"
    ] == []
    tickets = engineer.tickets(desk, *(f"HTTP/{provider}" for provider in providers.values()))
    at = Desk(directory.lab, desk, domain)
    try:
        with chromium(at, tickets, f"https://{providers['banbury']}/", tmp_path) as browser:
            for site in SITES:
                secret = register_second_factor(browser, f"https://{providers[site]}/")
                come_in_by_code(browser, systems[site], secret, SERVERS[site])
                assert "It works!" in browser.pages[0].content()
    finally:
        for site in SITES:
            forget = "find /var/lib/lemonldap-ng/psessions -type f -delete"
            directory.run(f"{site}-signon-01", "sh", "-c", forget)
        for one in (auditor, engineer):
            one.leaves(desk)


def test_nothing_is_left_to_do(three_sites: Site3, edited: Edited) -> None:
    assert changes(three_sites.pyops("stacks", "preview", "--json", inventory=edited.folder).stdout) == {}


def test_what_is_taken_back_is_gone(three_sites: Site3, edited: Edited) -> None:
    three_sites.pyops("lab", "up")
    assert {host.name for host in hosts.every(three_sites.lab)} == edited.hosts_before
    three_sites.pyops("lab", "converge", "--limit", "banbury-router-01,banbury-control-01")
    assert not passes(three_sites)
    assert "codsall" not in three_sites.run("banbury-control-01", "cat", "/etc/hosts")
    assert "guests" not in three_sites.run("banbury-router-01", "ip", "address")
