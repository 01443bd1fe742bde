"""Packets of a device, which pass for as long as the directory lets its account in, and no others do."""

import json
from collections.abc import Callable

import pytest
from testinfra.backend.base import CommandResult
from testinfra.host import Host

from .conftest import SYSTEM, Device

Directory = Callable[..., str]
Gateway = Callable[..., CommandResult]


def test_a_registered_device_reaches_what_it_may_and_nothing_else(host: Host, laptop: Device) -> None:
    assert laptop.comes_in()
    assert laptop.connects(SYSTEM, 443)
    assert not laptop.connects(SYSTEM, 22)
    assert laptop.comes_in("10.97.0.1")
    assert not laptop.connects("10.97.0.1", 22)
    (open_one,) = json.loads(host.check_output("staff-access status"))
    assert (open_one["account"], open_one["name"], open_one["heard"] > 0) == ("officer-01", "laptop-01", True)


def test_another_key_gets_nothing(laptop: Device) -> None:
    assert laptop.comes_in()
    laptop.key("another")
    laptop.use("another", "10.97.0.99")
    assert laptop.is_shut_out()
    assert not laptop.connects(SYSTEM, 443)


@pytest.mark.parametrize(
    ("out", "back"),
    [
        ("user disable officer-01", "user enable officer-01"),
        ("group removemembers remote_staff officer-01", "group addmembers remote_staff officer-01"),
        ("user setexpiry officer-01 --days=-1", "user setexpiry officer-01 --noexpiry"),
    ],
)
def test_who_may_not_come_in_any_more_is_out_although_the_tunnel_stood(
    laptop: Device, directory: Directory, out: str, back: str
) -> None:
    assert laptop.comes_in()
    directory(out)
    is_out = laptop.is_shut_out()
    directory(back)
    assert is_out
    assert laptop.comes_in()


def test_members_of_a_group_within_the_group_come_in_too(laptop: Device, directory: Directory) -> None:
    directory("group removemembers remote_staff officer-01")
    assert laptop.is_shut_out()
    directory("group addmembers team officer-01")
    directory("group addmembers remote_staff team")
    came_in = laptop.comes_in()
    directory("group removemembers remote_staff team")
    directory("group addmembers remote_staff officer-01")
    assert came_in


def test_a_key_of_two_accounts_is_nobodys(laptop: Device, directory: Directory, gateway: Gateway, host: Host) -> None:
    assert laptop.comes_in()
    key = host.check_output("sh -c %s", "wg pubkey < /run/tried/own")
    directory("group addmembers remote_staff officer-02")
    gateway("administrator", "register", "officer-02", "laptop-02", key)
    is_out = laptop.is_shut_out()
    gateway("administrator", "withdraw", "officer-02", "laptop-02")
    assert is_out


def test_nobody_registers_a_device_without_the_right_to(directory: Directory, device: Device, gateway: Gateway) -> None:
    assert directory
    refused = gateway("officer-01", "register", "officer-01", "own-01", device.key("refused"))
    assert refused.rc == 1
    assert refused.stderr.startswith("staff-access: Insufficient access ")


def test_what_is_no_device_is_refused_in_words(directory: Directory, gateway: Gateway) -> None:
    assert directory
    said = "staff-access: a-01: none, a WireGuard public key and a name without colons are wanted\n"
    assert gateway("administrator", "register", "officer-01", "a-01", "none").stderr == said
    said = "staff-access: officer-01: has no device a-01\n"
    assert gateway("administrator", "withdraw", "officer-01", "a-01").stderr == said
    said = "staff-access: nobody: there is no such account\n"
    assert gateway("administrator", "withdraw", "nobody", "a-01").stderr == said


def test_while_no_controller_answers_the_last_answer_counts_for_a_time(host: Host, laptop: Device) -> None:
    assert laptop.comes_in()
    host.check_output("systemctl stop samba-ad-dc")
    said = "for _ in $(seq 60); do journalctl --unit staff-access | grep -q 'no controller answers' && exit; sleep 0.5; done; exit 1"
    is_told = host.run("sh -c %s", said).rc == 0
    still = laptop.connects(SYSTEM, 443)
    host.check_output("systemctl restart staff-access")
    still_after_a_restart = laptop.connects(SYSTEM, 443)
    is_out = laptop.is_shut_out()
    host.check_output("systemctl start samba-ad-dc")
    assert (is_told, still, still_after_a_restart, is_out) == (True, True, True, True)
    assert laptop.comes_in()


def test_what_was_changed_by_hand_is_put_right(host: Host, laptop: Device) -> None:
    assert laptop.comes_in()
    stranger = host.check_output("sh -c %s", "wg genkey | wg pubkey")
    host.check_output("wg set staff peer %s allowed-ips 10.97.0.77/32", stranger)
    gone = f"for _ in $(seq 60); do wg show staff peers | grep -q -F '{stranger}' || exit 0; sleep 0.5; done; exit 1"
    assert host.run("sh -c %s", gone).rc == 0
    host.check_output("systemctl restart wg-quick@staff")
    assert laptop.comes_in()


def test_the_key_is_roots_alone_and_it_comes_back_after_a_power_cut(host: Host) -> None:
    file = host.file("/etc/wireguard/staff.conf")
    assert (file.mode, file.user) == (0o600, "root")
    for unit in ("wg-quick@staff", "staff-access"):
        assert host.service(unit).is_enabled
        assert host.service(unit).is_running


def test_a_device_that_is_withdrawn_is_out(laptop: Device, gateway: Gateway) -> None:
    assert laptop.comes_in()
    assert gateway("administrator", "withdraw", "officer-01", "laptop-01").stdout == "laptop-01: withdrawn\n"
    assert laptop.is_shut_out()
