"""Throw-away labs of their own, each in a temporary folder; images come from the user's cache."""

import os
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from pyops.lab import Host, Lab, Network, Port, hosts, images, lifecycle, networks, ports

PREFIX = IPv4Network("10.10.20.0/24")


def zone(site: str = "banbury", prefix: IPv4Network = PREFIX, name: str = "servers") -> Network:
    return Network(f"lnet-{site}-{name}", site, name, prefix, prefix[1], 20, name, None)


def circuit(site: str, prefix: IPv4Network, carrier: str = "a") -> Network:
    interface = f"circuit-{carrier}"
    return Network(f"lnet-{site}-{interface}", site, interface, prefix, prefix[1], 901, None, carrier)


def port(host: str, network: Network, address: IPv4Address) -> Port:
    mac = ":".join(f"{octet:02x}" for octet in (2, 0, *address.packed))
    return Port(f"nic-{host}-{network.interface}", network.name, address, mac)


def boot(
    lab: Lab, name: str, *at: tuple[Network, IPv4Address], image: str = "plain", disks: tuple[str, ...] = ()
) -> Host:
    """Make a host with a port at each address, and all that it stands on."""
    plugs = [port(name, network, address) for network, address in at]
    for plug in plugs:
        ports.create(lab, plug)
    host = Host(name, image, tuple(plug.name for plug in plugs), disks, 2, 2048, (), "ict.example")
    hosts.create(lab, host)
    return host


def reaches(lab: Lab, host: str, address: object) -> bool:
    """Whether one of a few pings is answered: the first may meet an address that nobody has asked for yet."""
    return hosts.run(lab, host, ["ping", "-c", "3", "-i", "0.2", "-W", "1", str(address)], check=False).returncode == 0


@pytest.fixture
def paper(tmp_path: Path) -> Lab:
    """A lab that only writes things down."""
    return Lab(tmp_path / "lab", tmp_path / "cache")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A real lab, empty but for the zone `servers` of banbury and the plain image."""
    if os.geteuid() != 0:
        pytest.skip("needs root: namespaces and mounts")
    made = Lab(tmp_path_factory.mktemp("labs") / "lab")
    lifecycle.prepare(made)
    images.build(made, "plain")
    networks.create(made, zone())
    yield made
    lifecycle.down(made)
