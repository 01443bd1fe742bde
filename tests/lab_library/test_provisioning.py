from ipaddress import IPv4Address
from pathlib import Path

import pytest

from pyops.files import write_whole
from pyops.lab import Host, Lab, Port, provisioning, records
from pyops.lab.provisioning import port_file

from .conftest import PREFIX, circuit, port, zone

HOST = Host("banbury-web-01", "plain", (), (), 1, 512, ("ssh-ed25519 AAAA someone",), "ict.example")


def provision(lab: Lab, *plugs: Port) -> Path:
    upper = lab.hosts / HOST.name / "upper"
    provisioning.provision(lab, HOST, upper, list(plugs))
    return upper


@pytest.fixture
def plug(paper: Lab) -> Port:
    records.save(paper, zone())
    return port(HOST.name, zone(), IPv4Address("10.10.20.11"))


def test_the_first_port_has_the_default_route(plug: Port) -> None:
    path, text = port_file(zone(), plug, is_first=True)
    assert path == "etc/systemd/network/10-servers.network"
    assert text == (
        "[Match]\nName=servers\n\n[Network]\nAddress=10.10.20.11/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nGateway=10.10.20.1\n"
    )


@pytest.mark.parametrize(("address", "is_first"), [("10.10.20.11", False), ("10.10.20.1", True)])
def test_other_ports_and_the_gateway_itself_have_none(address: str, is_first: bool) -> None:
    _, text = port_file(zone(), port("r", zone(), IPv4Address(address)), is_first=is_first)
    assert "Gateway" not in text


def test_a_host_finds_its_name_keys_and_address(paper: Lab, plug: Port) -> None:
    upper = provision(paper, plug)
    assert (upper / "etc/hostname").read_text() == "banbury-web-01\n"
    assert (
        upper / "etc/hosts"
    ).read_text() == "127.0.0.1 localhost\n10.10.20.11 banbury-web-01.ict.example banbury-web-01\n"
    assert (upper / "etc/machine-id").read_text() == ""
    assert (upper / "etc/ssh/ssh_host_ed25519_key").stat().st_mode & 0o777 == 0o600
    keys = (upper / "home/operator/.ssh/authorized_keys").read_text().splitlines()
    assert keys == [(paper.secrets / "id_ed25519.pub").read_text().strip(), "ssh-ed25519 AAAA someone"]


def test_without_a_repository_a_host_keeps_the_sources_of_its_image(paper: Lab, plug: Port) -> None:
    assert not (provision(paper, plug) / "etc/apt").exists()


def test_a_host_gets_packages_by_the_labs_address_in_its_first_zone(paper: Lab, plug: Port) -> None:
    write_whole(paper.public / "release", "bookworm\n")
    write_whole(paper.public / "packages.asc", "KEY")
    wan = circuit("banbury", PREFIX)
    records.save(paper, wan)
    etc = provision(paper, port(HOST.name, wan, IPv4Address("10.10.20.9")), plug) / "etc/apt"
    assert (etc / "apt.conf.d/90lab").read_text() == 'Acquire::http::Proxy "http://10.10.20.254:3142";\n'
    assert (etc / "sources.list").read_text() == "deb http://packages.ict.example/debian bookworm main\n"
    assert (etc / "trusted.gpg.d/lab.asc").read_text() == "KEY"


def test_what_the_owner_changed_stays_changed(paper: Lab, plug: Port) -> None:
    hosts_file = provision(paper, plug) / "etc/hosts"
    hosts_file.write_text("mine")
    provision(paper, plug)
    assert hosts_file.read_text() == "mine"


def test_an_interrupted_attempt_is_begun_again(paper: Lab, plug: Port) -> None:
    upper = provision(paper, plug)
    (upper.parent / "provisioned").unlink()
    (upper / "etc/hosts").unlink()
    (upper / "etc/half").touch()
    provision(paper, plug)
    assert (upper / "etc/hosts").exists()
    assert not (upper / "etc/half").exists()
