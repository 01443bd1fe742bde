"""A lab as a whole: picking up after a crash, two side by side, and leaving nothing behind."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.lab import (
    Lab,
    carriers,
    cgroups,
    faults,
    hosts,
    images,
    lifecycle,
    namespaces,
    networks,
    power,
    repository,
    single,
)
from pyops.lab.status import hosts_of_site, status

from .conftest import PREFIX, boot, circuit, reaches, zone

pytestmark = pytest.mark.root
CIRCUIT = circuit("banbury", IPv4Network("198.51.100.8/29"))


def build(lab: Lab) -> None:
    """A lab of two hosts, one of them off, and a cut carrier."""
    lifecycle.prepare(lab)
    images.build(lab, "plain")
    for network in (zone(), CIRCUIT):
        networks.create(lab, network)
    boot(lab, "one", (zone(), PREFIX[11]), (CIRCUIT, CIRCUIT.prefix[2]))
    boot(lab, "two", (zone(), PREFIX[12]))
    hosts.power_off(lab, "two")
    faults.cut(lab, "a")


def is_whole(lab: Lab) -> bool:
    """Whether everything that `build` made is there and works."""
    hosts.wait_for_ssh(lab, ["one"], 60)
    found = status(lab)
    return (
        {host.name: host.is_on for host in found.hosts} == {"one": True, "two": False}
        and all(network.is_up for network in found.networks)
        and [cut.what for cut in found.cuts] == ["a"]
        and not reaches(lab, "one", CIRCUIT.gateway)
    )


def traces(lab: Lab) -> list[str]:
    """What of a lab is on the machine: processes, namespaces, cgroups, mounts and files."""
    found = [str(cgroup) for cgroup in cgroups.root().glob(f"{lab.name}*")]
    found += namespaces.begin_with(lab.name)
    found += [
        line
        for line in Path("/proc/self/mounts").read_text().splitlines()
        if lab.name in line or str(lab.state) in line
    ]
    found += [str(lab.state)] if lab.state.exists() else []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(lab.state) in line and entry.name != str(os.getpid()):
            found.append(line)
    return found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Lab]:
    """A lab that is not there yet, and is gone afterwards."""
    if os.geteuid() != 0:
        pytest.skip("needs root: namespaces and mounts")
    made = Lab(tmp_path / "lab")
    yield made
    lifecycle.down(made)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if os.geteuid() != 0:
        pytest.skip("needs root: namespaces and mounts")
    made = Lab(tmp_path_factory.mktemp("labs") / "lab")
    build(made)
    yield made
    lifecycle.down(made)


def test_status_tells_the_truth_as_plain_data(built: Lab) -> None:
    found = status(built).plain()
    assert found["is_up"] is True
    assert found["carriers"] == ("a",)
    one = found["hosts"][0]
    assert (one["name"], one["sites"], one["addresses"]) == ("one", ("banbury",), ("10.10.20.11", "198.51.100.10"))
    assert one["uptime_s"] >= 0
    assert found["hosts"][1]["uptime_s"] is None
    assert hosts_of_site(built, "banbury") == ["one", "two"]
    assert hosts_of_site(built, "oxford") == []


def test_preparing_again_changes_nothing(built: Lab) -> None:
    before = power.leader(built, "one")
    lifecycle.prepare(built)
    assert power.leader(built, "one") == before
    assert is_whole(built)


def test_everything_comes_back_after_a_restart_of_the_machine(built: Lab) -> None:
    cgroups.kill(cgroups.of_lab(built))
    for name in namespaces.begin_with(built.name):
        namespaces.delete(name)
    assert status(built).is_up is False
    assert status(built).hosts[0].is_on is False
    lifecycle.prepare(built)
    assert is_whole(built)


def test_a_host_that_went_off_by_itself_comes_back(built: Lab) -> None:
    hosts.run(built, "one", ["systemctl", "poweroff"], check=False)
    for _ in range(300):
        if not hosts.is_running(built, "one"):
            break
        time.sleep(0.1)
    assert not hosts.is_running(built, "one")
    lifecycle.prepare(built)
    assert is_whole(built)


@pytest.mark.parametrize("after_s", [0.05, 0.15, 0.3, 0.5, 0.8, 1.2])
def test_a_build_killed_at_any_moment_is_completed_by_the_next(fresh: Lab, after_s: float) -> None:
    program = "import sys; from pathlib import Path; from pyops.lab import Lab\n"
    program += "from tests.lab_library.test_lifecycle import build; build(Lab(Path(sys.argv[1])))"
    root = Path(__file__).parents[2]
    child = subprocess.Popen([sys.executable, "-c", program, fresh.state], cwd=root)
    time.sleep(after_s)
    child.kill()
    child.wait()
    build(fresh)
    lifecycle.prepare(fresh)
    assert is_whole(fresh)


def test_down_leaves_nothing_at_all(fresh: Lab) -> None:
    build(fresh)
    repository.start(fresh)
    assert traces(fresh) != []
    lifecycle.down(fresh)
    assert traces(fresh) == []
    lifecycle.down(fresh)


def test_down_refuses_a_folder_that_is_not_a_lab(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    with pytest.raises(Refused) as refused:
        lifecycle.down(Lab(tmp_path))
    assert str(refused.value) == f"{tmp_path}: not the state folder of a lab, nothing was removed"
    assert (tmp_path / "precious").exists()


def test_a_copy_of_a_labs_folder_is_not_that_lab(built: Lab, tmp_path: Path) -> None:
    (tmp_path / "namespace").write_text((built.state / "namespace").read_text())
    with pytest.raises(Refused):
        lifecycle.down(Lab(tmp_path))
    assert status(built).is_up


def test_two_labs_of_the_same_names_stand_side_by_side(built: Lab, fresh: Lab) -> None:
    build(fresh)
    assert is_whole(fresh)
    assert is_whole(built)
    hosts.run(fresh, "one", ["touch", "/etc/only-here"])
    assert hosts.run(built, "one", ["test", "-e", "/etc/only-here"], check=False).returncode == 1
    lifecycle.down(fresh)
    assert is_whole(built)
    assert carriers.running(built) == ["a"]


def test_single_hosts_share_a_small_lab_that_goes_with_the_last(fresh: Lab) -> None:
    first, second = single.create(fresh, "h21"), single.create(fresh, "h22")
    assert first != second
    assert single.create(fresh, "h21") == first
    assert reaches(fresh, "h21", second)
    single.destroy(fresh, "h21")
    assert hosts.is_running(fresh, "h22")
    single.destroy(fresh, "h22")
    single.destroy(fresh, "h22")
    assert traces(fresh) == []
