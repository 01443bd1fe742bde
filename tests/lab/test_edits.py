"""An edit of the estate shows before anything happens, then works; a partner or a site more is an edit of one file."""

import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyops.estate import load
from pyops.lab import hosts

from .conftest import INVENTORY, Site3
from .test_stacks import changes

pytestmark = pytest.mark.lab


@pytest.fixture
def edited(three_sites: Site3, tmp_path: Path) -> Iterator[Path]:
    """A copy of the lab's inventory to edit; afterwards the lab is what its own estate says."""
    folder = tmp_path / "lab"
    shutil.copytree(INVENTORY, folder)
    yield folder
    three_sites.pyops("lab", "up")
    three_sites.pyops("lab", "converge")


def edit(folder: Path, old: str, new: str) -> None:
    file = folder / "estate.yml"
    text = file.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the estate"
    file.write_text(text.replace(old, new))


def test_a_server_a_zone_and_a_flow_more(three_sites: Site3, edited: Path) -> None:
    edit(
        edited,
        "application: {image: server, zone: servers, first: 40, count: {banbury: 1,",
        "application: {image: server, zone: servers, first: 40, count: {banbury: 2,",
    )
    edit(
        edited,
        "      desktops:   {vlan: 30, prefix: 10.10.32.0/20}\n",
        "      desktops:   {vlan: 30, prefix: 10.10.32.0/20}\n      guests:     {vlan: 40, prefix: 10.10.64.0/24}\n",
    )
    edit(
        edited,
        "  - {from: servers, to: management, services: [dns], scope: site}",
        "  - {from: servers, to: management, services: [dns], scope: site}\n  - {from: desktops, to: management, services: [ssh], scope: site}",
    )

    planned = changes(three_sites.pyops("stacks", "preview", "--json", inventory=edited).stdout)
    created = {str(c["name"]) for found in planned.values() for c in found if c["operation"] == "create"}
    assert {"lnet-banbury-guests", "banbury-application-02-instance", "nic-banbury-router-01-guests"} <= created
    assert "banbury-application-02" not in {host.name for host in hosts.every(three_sites.lab)}
    predicted = three_sites.pyops("lab", "converge", "--check", "--limit", "banbury-router-01", inventory=edited).stdout
    assert "Write the rules between zones" in predicted
    desk_to_management = ["timeout", "3", "bash", "-c", "</dev/tcp/10.10.0.10/22"]
    assert hosts.run(three_sites.lab, "cdc-d0001", desk_to_management, check=False).returncode != 0

    three_sites.pyops("lab", "up", inventory=edited)
    three_sites.pyops("lab", "converge", inventory=edited)
    assert three_sites.ssh("banbury-application-02", "hostname").stdout.strip() == "banbury-application-02"
    assert hosts.run(three_sites.lab, "cdc-d0001", desk_to_management, check=False).returncode == 0
    three_sites.run("banbury-router-01", "ip", "address", "show", "guests")
    assert changes(three_sites.pyops("stacks", "preview", "--json", inventory=edited).stdout) == {}


FOURTH = {
    "partners:\n": "partners:\n  south_staffordshire: {name: South Staffordshire Council}\n",
    "links:\n": textwrap.dedent("""\
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
        """),
    "zone: management, count: {banbury: 1, towcester: 1, stratford: 1}, target: 1, ring: broad": "zone: management, count: {banbury: 1, towcester: 1, stratford: 1, codsall: 1}, target: 1, ring: broad",
    "application: {image: server, zone: servers, first: 40, count: {banbury: 1, towcester: 1, stratford: 1}": "application: {image: server, zone: servers, first: 40, count: {banbury: 1, towcester: 1, stratford: 1, codsall: 1}",
    "alignment: {cherwell: full,": "alignment: {south_staffordshire: hosted, cherwell: full,",
}


def test_a_fourth_partner_with_its_site_is_an_edit_of_one_file(three_sites: Site3, edited: Path) -> None:
    for old, new in FOURTH.items():
        edit(edited, old, new)
    load(edited)
    three_sites.pyops("lab", "up", inventory=edited)
    three_sites.pyops("lab", "converge", inventory=edited)
    for other in ("banbury", "towcester", "stratford"):
        three_sites.run("codsall-application-01", "ping", "-c", "3", "-W", "2", f"{other}-application-01")
    assert changes(three_sites.pyops("stacks", "preview", "--json", inventory=edited).stdout) == {}


def test_a_partner_without_a_site_has_its_desks_at_anothers(three_sites: Site3, edited: Path) -> None:
    edit(edited, "partners:\n", "partners:\n  south_staffordshire: {name: South Staffordshire Council}\n")
    edit(edited, "alignment: {cherwell: full,", "alignment: {south_staffordshire: full, cherwell: full,")
    with (edited / "desktops.csv").open("a") as register:
        register.write("ssc-d0001,banbury,south_staffordshire,laptop-2025,broad,10.10.32.102\n")
    three_sites.pyops("lab", "up", inventory=edited)
    three_sites.pyops("lab", "converge", "--limit", "ssc-d0001", inventory=edited)
    assert three_sites.ssh("ssc-d0001", "hostname").stdout.strip() == "ssc-d0001"
    listed = three_sites.pyops("estate", "show", "--json", inventory=edited).stdout
    assert "South Staffordshire Council" in listed
