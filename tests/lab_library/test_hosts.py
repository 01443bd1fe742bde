"""Real hosts on a throw-away lab."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed, Refused
from pyops.lab import Disk, Host, Lab, cgroups, disks, hosts, images, interfaces, power, records
from pyops.lab.place import PORT

from .conftest import PREFIX, boot, zone

pytestmark = pytest.mark.root
WEB, DATA = "banbury-web-01", "banbury-data-01"
ADDRESSES = {WEB: PREFIX[11], DATA: PREFIX[12]}


def ssh(lab: Lab, host: str, command: str, *options: str) -> subprocess.CompletedProcess[str]:
    argv = ["ssh", "-F", str(lab.state / "ssh_config"), "-o", "BatchMode=yes", *options, host, command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def lives(pid: int) -> bool:
    """Whether a process still runs: one that is dead may stay listed until its parent looks."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module")
def two(lab: Lab) -> Lab:
    """The lab with two hosts, one of them with a disk."""
    disks.create(lab, Disk("vhd-data", 20))
    boot(lab, WEB, (zone(), ADDRESSES[WEB]))
    boot(lab, DATA, (zone(), ADDRESSES[DATA]), disks=("vhd-data",))
    hosts.wait_for_ssh(lab, [WEB, DATA], 60)
    return lab


def test_people_log_in_by_plain_ssh_as_operator_who_may_do_all(two: Lab) -> None:
    done = ssh(two, WEB, "whoami; sudo whoami; hostname --fqdn")
    assert done.stdout.split() == ["operator", "root", f"{WEB}.ict.example"]


def test_root_does_not_log_in_and_nobody_by_password(two: Lab) -> None:
    assert "Permission denied (publickey)" in ssh(two, WEB, "true", "-o", "User=root").stderr
    rules = hosts.run(two, WEB, ["sshd", "-T"]).stdout.splitlines()
    assert {"permitrootlogin no", "passwordauthentication no"} <= set(rules)


def test_a_host_with_another_key_is_not_trusted(two: Lab, tmp_path: Path) -> None:
    other = (
        (two.state / "known_hosts").read_text().replace(DATA, "x").replace(str(ADDRESSES[DATA]), str(ADDRESSES[WEB]))
    )
    (tmp_path / "known_hosts").write_text(other.splitlines()[0].replace("x,", f"{WEB},") + "\n")
    done = ssh(two, WEB, "true", "-o", f"UserKnownHostsFile={tmp_path / 'known_hosts'}")
    assert "Host key verification failed" in done.stderr


def test_hosts_have_their_addresses_reach_each_other_and_are_well(two: Lab) -> None:
    for name, address in ADDRESSES.items():
        assert "servers@" in (shown := hosts.run(two, name, ["ip", "-br", "-4", "address"]).stdout)
        assert f"{address}/24" in shown
        mac = hosts.run(two, name, ["cat", "/sys/class/net/servers/address"]).stdout.strip()
        assert mac == ":".join(f"{octet:02x}" for octet in (2, 0, *address.packed))
    assert hosts.run(two, WEB, ["ping", "-c", "1", str(ADDRESSES[DATA])]).returncode == 0
    assert hosts.run(two, WEB, ["systemctl", "--failed", "--no-legend"]).stdout == ""


def test_two_hosts_of_one_image_are_two_machines(two: Lab) -> None:
    identities = {hosts.run(two, name, ["cat", "/etc/machine-id"]).stdout.strip() for name in ADDRESSES}
    assert len(identities - {""}) == 2


@pytest.mark.parametrize("device", ["/dev/net/tun", "/dev/fuse"])
def test_tunnels_and_file_systems_can_be_made_in_user_space(two: Lab, device: str) -> None:
    assert hosts.run(two, WEB, ["test", "-c", device]).returncode == 0


def test_a_command_that_fails_inside_says_so(two: Lab) -> None:
    with pytest.raises(OutsideFailed) as failed:
        hosts.run(two, WEB, ["cat", "/nowhere"])
    assert str(failed.value) == f"{WEB}: cat /nowhere: cat: /nowhere: No such file or directory, exit 1"
    assert hosts.run(two, WEB, ["cat"], stdin="hello").stdout == "hello"


def test_creating_again_changes_nothing(two: Lab) -> None:
    before = power.leader(two, WEB)
    hosts.create(two, records.load(two, Host, WEB) or pytest.fail("not recorded"))
    assert power.leader(two, WEB) == before


def test_another_image_is_refused(two: Lab) -> None:
    images.build(two, "other")
    with pytest.raises(Refused) as refused:
        boot(two, WEB, (zone(), ADDRESSES[WEB]), image="other")
    assert str(refused.value) == f"{WEB}: made from the image plain, delete it to make it from other"


def test_another_size_shows_at_once(two: Lab) -> None:
    hosts.resize(two, WEB, 4, 8192)
    read = hosts.read(two, WEB)
    assert read is not None
    assert (read.processors, read.memory_mb) == (4, 8192)


def test_a_power_cut_ends_everything_and_keeps_the_disks(two: Lab) -> None:
    hosts.run(two, DATA, ["sh", "-c", "echo kept > /srv/data/file; echo kept > /etc/own; sync"])
    inside = cgroups.processes(cgroups.of_host(two, DATA))
    hosts.power_off(two, DATA)
    assert not hosts.is_running(two, DATA)
    assert [pid for pid in inside if lives(pid)] == []
    with pytest.raises(Refused) as refused:
        hosts.run(two, DATA, ["true"])
    assert str(refused.value) == f"{DATA}: is off, or has not begun to run, so nothing can run in it"
    assert hosts.read(two, DATA) is not None
    hosts.power_on(two, DATA)
    hosts.wait_for_ssh(two, [DATA], 60)
    assert ssh(two, DATA, "cat /srv/data/file /etc/own").stdout.split() == ["kept", "kept"]


def test_a_host_that_restarts_itself_comes_back_with_its_ports(two: Lab) -> None:
    before = power.leader(two, WEB)
    ssh(two, WEB, "sudo systemctl reboot")
    for _ in range(600):
        if power.leader(two, WEB) not in (None, before):
            break
        subprocess.run(["sleep", "0.1"], check=True)
    hosts.wait_for_ssh(two, [WEB], 60)
    assert ssh(two, WEB, "hostname").stdout.strip() == WEB


def test_the_journal_is_there_while_it_runs_and_the_console_after(two: Lab) -> None:
    assert "Startup finished" in hosts.journal(two, WEB)
    hosts.power_off(two, WEB)
    assert hosts.journal(two, WEB) != ""
    hosts.power_on(two, WEB)
    hosts.wait_for_ssh(two, [WEB], 60)


def test_a_host_that_cannot_boot_says_why(lab: Lab) -> None:
    images.build(lab, "broken")
    broken = records.load(lab, images.Image, "broken")
    assert broken is not None
    empty = lab.state / "empty"
    empty.mkdir()
    records.save(lab, images.Image("broken", broken.release, (), (str(empty),)))
    with pytest.raises(OutsideFailed) as failed:
        boot(lab, "broken", (zone(), PREFIX[99]), image="broken")
    assert str(failed.value).startswith("broken: did not boot, its console ends with: ")
    hosts.delete(lab, "broken")


def test_what_a_host_stands_on_must_be_there(lab: Lab) -> None:
    with pytest.raises(Refused) as refused:
        hosts.create(lab, Host("lone", "plain", ("nic-none",), (), 1, 512, (), "ict.example"))
    assert str(refused.value) == "lone: has the interface nic-none, which the lab does not have"
    hosts.delete(lab, "lone")
    with pytest.raises(Refused) as unknown:
        hosts.create(lab, Host("lone", "none", (), (), 1, 512, (), "ict.example"))
    assert str(unknown.value).startswith("none: no image of this lab, it has ")


def test_deleting_leaves_nothing_but_the_attached_disk(two: Lab) -> None:
    hosts.delete(two, DATA)
    hosts.delete(two, DATA)
    assert hosts.read(two, DATA) is None
    assert not cgroups.of_host(two, DATA).exists()
    assert not (two.hosts / DATA).exists()
    assert PORT.interface(f"nic-{DATA}-servers") not in interfaces.names(two.namespace)
    assert DATA not in (two.state / "known_hosts").read_text()
    assert (disks.folder(two, "vhd-data") / "file").read_text() == "kept\n"
    disks.delete(two, "vhd-data")
    assert disks.read(two, "vhd-data") is None


def test_fifteen_hosts_boot_at_once(lab: Lab) -> None:
    """As Pulumi makes them, from several threads; by default the kernel stops at fourteen."""
    names = [f"many-{number:02}" for number in range(15)]

    def make(number: int) -> None:
        boot(lab, names[number], (zone(), IPv4Address(int(PREFIX[100]) + number)))

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(make, range(len(names))))
    hosts.wait_for_ssh(lab, names, 120)
    assert {hosts.run(lab, name, ["hostname"]).stdout.strip() for name in names} == set(names)
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: hosts.delete(lab, name), names))
