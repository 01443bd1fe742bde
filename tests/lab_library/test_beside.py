"""What runs beside a host is in its network and not on its disk, and never outlives it."""

import time
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.lab import Lab, beside, cgroups, hosts, power

from .conftest import PREFIX, boot, zone

pytestmark = pytest.mark.root
WEB = "banbury-web-01"
SAYS = "ip -brief -4 address show servers; cat /etc/hostname; echo begun; sleep 600"


@pytest.fixture(scope="module")
def web(lab: Lab) -> Lab:
    """The lab with one host."""
    boot(lab, WEB, (zone(), PREFIX[11]))
    hosts.wait_for_ssh(lab, [WEB], 60)
    return lab


def begun(lab: Lab) -> str:
    """Start a program beside the host, and return what it says."""
    log = lab.state / f"beside-{WEB}.log"
    log.unlink(missing_ok=True)
    beside.start(lab, WEB, ["sh", "-c", SAYS])
    until = time.monotonic() + 20
    while time.monotonic() < until and "begun\n" not in log.read_text():
        time.sleep(0.05)
    return log.read_text()


def ends(lab: Lab) -> bool:
    """Whether all of it has ended within a while."""
    until = time.monotonic() + 20
    while cgroups.is_populated(cgroups.of_beside(lab, WEB)) and time.monotonic() < until:
        time.sleep(0.05)
    return not cgroups.is_populated(cgroups.of_beside(lab, WEB))


def test_it_has_the_hosts_addresses_and_this_machines_files(web: Lab) -> None:
    said = begun(web)

    assert f"{PREFIX[11]}/24" in said
    assert Path("/etc/hostname").read_text().strip() in said.split()


def test_a_second_one_takes_the_place_of_the_first_and_stop_leaves_nothing(web: Lab) -> None:
    begun(web)
    first = set(cgroups.processes(cgroups.of_beside(web, WEB)))
    begun(web)
    second = set(cgroups.processes(cgroups.of_beside(web, WEB)))
    beside.stop(web, WEB)
    beside.stop(web, WEB)

    assert first
    assert second
    assert not first & second
    assert not cgroups.of_beside(web, WEB).exists()


@pytest.mark.parametrize("how", ["cut", "poweroff"])
def test_it_ends_with_its_host_and_does_not_make_it_look_alive(web: Lab, how: str) -> None:
    begun(web)
    if how == "cut":
        hosts.power_off(web, WEB)
    else:
        hosts.run(web, WEB, ["systemctl", "--force", "--force", "poweroff"], check=False)

    assert ends(web)
    with pytest.raises(Refused, match=f"{WEB}: is off, or has not begun to run, so nothing can run beside it"):
        beside.start(web, WEB, ["true"])
    assert not power.is_running(web, WEB)
    hosts.power_on(web, WEB)
