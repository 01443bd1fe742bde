"""What a host is like after the role: asked of the host, not read from its files."""

from pathlib import Path

import pytest
from testinfra.host import Host

from tests.roles.units import due

FILES = Path(__file__).parents[1] / "files"
SETTINGS = (FILES / "settings.sh").read_text(encoding="utf-8")
FOUND = (FILES / "found.sh").read_text(encoding="utf-8")
CHRONY = {"name": "chrony", "reads": ["/etc/chrony/chrony.conf", "/etc/systemd/system/chrony.service.d/base.conf"]}


def not_as_configured(host: Host, setting: str) -> str:
    """What the role finds of a setting of the kernel."""
    return str(host.check_output("sh -c %s settings %s", SETTINGS, setting))


def effective_ssh(host: Host, keyword: str) -> list[str]:
    """The values of a keyword, as the ssh server itself reads its files."""
    lines = host.check_output("/usr/sbin/sshd -T").splitlines()
    return [line.removeprefix(f"{keyword} ") for line in lines if line.startswith(f"{keyword} ")]


def test_the_host_knows_itself_by_its_real_address(host: Host) -> None:
    assert host.check_output("hostname --fqdn") == "role-base.ict.example"
    assert host.check_output("getent ahostsv4 role-base.ict.example").split()[0].startswith("10.99.0.")


def test_the_host_knows_others_by_both_names(host: Host) -> None:
    assert host.check_output("getent hosts elsewhere").split()[0] == "10.99.0.200"
    assert host.check_output("getent hosts elsewhere.ict.example").split()[0] == "10.99.0.200"


def test_only_named_accounts_log_in_and_only_by_key(host: Host) -> None:
    assert effective_ssh(host, "allowusers") == ["operator", "reader"]
    assert effective_ssh(host, "permitrootlogin") == ["no"]
    assert effective_ssh(host, "passwordauthentication") == ["no"]
    assert effective_ssh(host, "kbdinteractiveauthentication") == ["no"]


def test_a_key_that_an_account_keeps_itself_does_not_count(host: Host) -> None:
    assert effective_ssh(host, "authorizedkeysfile") == ["/etc/ssh/authorized_keys_%u"]
    assert host.file("/etc/ssh/authorized_keys_operator").user == "root"


def test_weak_algorithms_are_refused(host: Host) -> None:
    """One that Debian's own configuration still takes."""
    offer = "-o Ciphers=aes256-ctr -o MACs=hmac-sha1"
    command = f"ssh -o BatchMode=yes -o StrictHostKeyChecking=no {offer} operator@localhost true"
    assert "no matching MAC" in host.check_output(f"{command} 2>&1 || true")


def test_administrators_become_root_and_others_do_not(host: Host) -> None:
    assert host.run("runuser --user operator -- sudo --non-interactive id --user").stdout == "0\n"
    assert host.run("runuser --user reader -- sudo --non-interactive id --user").rc == 1


def test_packages_come_from_the_planned_source_alone(host: Host) -> None:
    fetched = host.check_output("apt-get --print-uris update").splitlines()
    assert fetched != []
    assert [line for line in fetched if not line.startswith("'http://packages.ict.example/debian/")] == []


def test_a_source_of_another_role_is_no_images_own(host: Host) -> None:
    others, images = (f"/etc/apt/sources.list.d/{name}.sources" for name in ("level", "image"))
    host.check_output(
        f"echo '# Written by Ansible (role level).' > {others} && printf '#\n# Written by Ansible' > {images}"
    )
    try:
        assert host.check_output("sh -c %s", FOUND).splitlines()[:1] == [f"source {images}"]
        assert others not in host.check_output("sh -c %s", FOUND)
    finally:
        host.check_output(f"rm {others} {images}")


def test_the_time_service_compares_with_its_source(host: Host) -> None:
    assert host.service("chrony").is_running
    assert host.service("chrony").is_enabled
    assert "10.99.0.123" in host.check_output("chronyc -n sources")


def test_the_journal_outlives_a_boot(host: Host) -> None:
    assert host.file("/var/log/journal").is_directory
    assert (
        host.check_output("journalctl --header | grep --max-count=1 'File path'")
        .split()[-1]
        .startswith("/var/log/journal/")
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("net.ipv4.conf.all.send_redirects", 0),
        ("net.ipv4.conf.all.accept_redirects", 0),
        ("net.ipv4.tcp_syncookies", 1),
    ],
)
def test_the_kernel_is_hardened_as_far_as_it_is_the_hosts_own(host: Host, setting: str, value: int) -> None:
    assert host.sysctl(setting) == value


def test_interfaces_are_named_by_their_addresses(host: Host) -> None:
    link = host.file("/etc/systemd/network/10-plain.link").content_string
    assert "MACAddress=02:00:0a:63:00:0a\n" in link
    assert "Name=plain\n" in link


def test_nothing_is_due_after_a_run(host: Host) -> None:
    assert due(host, CHRONY) == []
    assert not_as_configured(host, "net.ipv4.tcp_syncookies=1") == ""


def test_a_service_that_was_stopped_by_hand_is_due(host: Host) -> None:
    host.check_output("systemctl stop chrony")
    assert due(host, CHRONY, is_check=False) == ["chrony started"]
    assert host.service("chrony").is_running


def test_a_service_that_an_interrupted_run_left_with_an_older_file_is_due(host: Host) -> None:
    host.check_output("chmod 600 /etc/chrony/chrony.conf && chmod 644 /etc/chrony/chrony.conf")
    assert due(host, CHRONY, is_check=False) == ["chrony restarted"]
    assert due(host, CHRONY) == []


def test_a_setting_that_was_changed_by_hand_is_found(host: Host) -> None:
    setting = "net.ipv4.tcp_syncookies=1"
    host.check_output("sysctl --write net.ipv4.tcp_syncookies=0")
    try:
        assert not_as_configured(host, setting) == setting
    finally:
        host.check_output(f"sysctl --write {setting}")


def test_a_setting_of_the_machine_is_left_to_the_machine(host: Host) -> None:
    assert not_as_configured(host, "kernel.kptr_restrict=7") == ""
