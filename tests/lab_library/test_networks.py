"""Networks and ports: what is made, what a refresh finds when somebody deleted it, and what never passes."""

import subprocess
import time
from collections.abc import Callable
from ipaddress import IPv4Network

import pytest

from pyops.errors import Refused
from pyops.lab import Lab, Port, hosts, interfaces, lifecycle, namespaces, networks, ports
from pyops.lab.host import folder
from pyops.lab.place import BRIDGE, PORT

from .conftest import PREFIX, boot, port, reaches, zone

pytestmark = pytest.mark.root
DESKTOPS = zone("banbury", IPv4Network("10.10.32.0/24"), "desktops")
WEB, DESK = "web", "desk"


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it holds within the time that a host's networkd may need."""
    for _ in range(100):
        if holds():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def two(lab: Lab) -> Lab:
    """The lab with a host in each of two zones."""
    networks.create(lab, DESKTOPS)
    boot(lab, WEB, (zone(), PREFIX[11]))
    boot(lab, DESK, (DESKTOPS, DESKTOPS.prefix[11]))
    hosts.wait_for_ssh(lab, [WEB, DESK], 60)
    return lab


def test_the_lab_is_in_every_zone_at_the_last_address(two: Lab) -> None:
    assert reaches(two, WEB, PREFIX[254])
    assert reaches(two, DESK, DESKTOPS.prefix[254])


def test_the_lab_forwards_nothing(two: Lab) -> None:
    """Even to a host that takes the lab for its router."""
    there, back = f"{DESKTOPS.prefix} via {PREFIX[254]}", f"{PREFIX} via {DESKTOPS.prefix[254]}"
    hosts.run(two, WEB, ["ip", "route", "add", *there.split()])
    hosts.run(two, DESK, ["ip", "route", "add", *back.split()])
    assert not reaches(two, WEB, DESKTOPS.prefix[11])
    hosts.run(two, WEB, ["ip", "route", "delete", *there.split()])
    hosts.run(two, DESK, ["ip", "route", "delete", *back.split()])


def test_nothing_speaks_ipv6_in_the_labs_namespace(two: Lab) -> None:
    shown = subprocess.run(["ip", "-n", two.namespace, "-6", "address"], capture_output=True, text=True, check=True)
    assert shown.stdout == ""


def test_no_address_of_the_lab_is_the_machines_own(two: Lab) -> None:
    assert "10.10." not in subprocess.run(["ip", "address"], capture_output=True, text=True, check=True).stdout


def test_the_default_route_leads_to_the_gateway(two: Lab) -> None:
    shown = hosts.run(two, DESK, ["ip", "route", "show", "default"]).stdout
    assert f"via {DESKTOPS.prefix[1]} dev desktops" in shown


def test_a_bridge_deleted_by_hand_is_gone_and_made_again(two: Lab) -> None:
    assert networks.read(two, DESKTOPS.name) == DESKTOPS
    interfaces.delete(two.namespace, [BRIDGE.interface(DESKTOPS.name)])
    assert networks.read(two, DESKTOPS.name) is None
    networks.create(two, DESKTOPS)
    assert networks.read(two, DESKTOPS.name) == DESKTOPS
    assert reaches(two, DESK, DESKTOPS.prefix[254])


@pytest.mark.parametrize("first_delete", [False, True])
def test_a_port_deleted_by_hand_is_gone_and_made_again(two: Lab, first_delete: bool) -> None:
    plug = port(DESK, DESKTOPS, DESKTOPS.prefix[11])
    assert ports.read(two, plug.name) == plug
    interfaces.delete(two.namespace, [PORT.interface(plug.name)])
    assert ports.read(two, plug.name) is None
    if first_delete:
        ports.delete(two, plug.name)
    ports.create(two, plug)
    assert ports.read(two, plug.name) == plug
    assert eventually(lambda: reaches(two, DESK, DESKTOPS.prefix[254]))


def test_a_port_deleted_inside_the_host_is_gone_too(two: Lab) -> None:
    plug = port(DESK, DESKTOPS, DESKTOPS.prefix[11])
    hosts.run(two, DESK, ["ip", "link", "delete", "desktops"])
    assert ports.read(two, plug.name) is None
    ports.create(two, plug)
    hosts.wait_for_ssh(two, [DESK], 60)


def test_a_cable_that_a_kill_left_half_plugged_is_plugged_by_the_next_preparation(two: Lab) -> None:
    end = PORT.interface(port(DESK, DESKTOPS, DESKTOPS.prefix[11]).name)
    interfaces.change(two.namespace, [f"link set {end} nomaster", f"link set {end} down"])
    folder(two, DESK).is_plugged.unlink()
    assert not reaches(two, DESK, DESKTOPS.prefix[254])
    lifecycle.prepare(two)
    hosts.wait_for_ssh(two, [DESK], 60)


def test_a_port_of_a_host_that_is_off_is_still_there(two: Lab) -> None:
    plug = port(DESK, DESKTOPS, DESKTOPS.prefix[11])
    hosts.power_off(two, DESK)
    assert PORT.interface(plug.name) not in interfaces.names(two.namespace)
    assert ports.read(two, plug.name) == plug
    hosts.power_on(two, DESK)
    hosts.wait_for_ssh(two, [DESK], 60)


def test_a_port_more_is_plugged_into_the_running_host(two: Lab) -> None:
    boot(two, WEB, (zone(), PREFIX[11]), (DESKTOPS, DESKTOPS.prefix[12]))
    assert eventually(lambda: reaches(two, DESK, DESKTOPS.prefix[12]))


def test_a_port_on_no_network_is_refused(two: Lab) -> None:
    with pytest.raises(Refused) as refused:
        ports.create(two, Port("nic-x", "lnet-none", PREFIX[50], "02:00:00:00:00:01"))
    assert str(refused.value) == "nic-x: on the network lnet-none, which the lab does not have"


def test_deleted_networks_leave_nothing(lab: Lab) -> None:
    extra = zone("towcester", IPv4Network("10.20.20.0/24"))
    before = interfaces.names(lab.namespace)
    networks.create(lab, extra)
    networks.delete(lab, extra.name)
    networks.delete(lab, extra.name)
    assert networks.read(lab, extra.name) is None
    assert interfaces.names(lab.namespace) == before
    assert namespaces.begin_with(f"{lab.name}-") == []
