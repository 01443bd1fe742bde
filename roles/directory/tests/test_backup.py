"""Backups of the directory, and one that is restored in earnest; who holds the roles of the domain."""

from collections.abc import Iterator

import pytest
from testinfra.host import Host

from .conftest import asked

FOLDER = "/var/backups/directory"
LOGIN = "deleted-01"
KEEP_ASIDE = """
set -e
systemctl stop samba-ad-dc
rm -rf /var/kept
mkdir /var/kept
cp -a /var/lib/samba /var/kept/lib
cp -a /etc/samba /var/kept/etc
"""
PUT_BACK = """
systemctl stop samba-ad-dc
rm -rf /var/lib/samba /etc/samba
mv /var/kept/etc /etc/samba
mv /var/kept/lib /var/lib/samba
systemctl start samba-ad-dc
"""


def backups(host: Host) -> list[str]:
    return host.run(f"ls {FOLDER}").stdout.split()


@pytest.fixture(scope="module")
def backup(host: Host) -> Iterator[str]:
    """A backup that has an account which the directory has no more."""
    asked(host, f"samba-tool user delete {LOGIN}")
    host.check_output(f"samba-tool user create {LOGIN} --random-password")
    said = host.check_output("directory-backup 2")
    host.check_output(f"samba-tool user delete {LOGIN}")
    yield said.partition(": ")[0]
    host.check_output(f"rm -rf {FOLDER}")


def test_a_backup_is_roots_alone(host: Host, backup: str) -> None:
    assert host.file(FOLDER).mode == 0o700
    assert host.file(backup).mode == 0o600
    assert host.check_output(f"find /var/lib/samba {FOLDER} -name '*.bak-offline' -o -name 'unfinished*'") == ""


def test_the_last_ones_are_kept_and_what_an_interruption_left_is_not(host: Host, backup: str) -> None:
    name = backup.rpartition("/")[2]
    older = [f"directory-2020010{day}T000000Z.tar.bz2" for day in (1, 2)]
    copy = "/var/lib/samba/private/sam.ldb.bak-offline"
    host.check_output("sh -c %s", f"cd {FOLDER} && touch {' '.join(older)} {copy} && mkdir unfinished")
    host.check_output("systemctl start directory-backup.service")
    found = backups(host)
    assert (len(found), found[0]) == (2, name)
    assert not host.file(copy).exists
    host.check_output(f"rm {FOLDER}/{found[1]}")


def test_none_is_begun_where_there_is_no_room(host: Host, backup: str) -> None:
    before = backups(host)
    script = "sed 's/^RESERVE = .*/RESERVE = 10**15/' /usr/local/sbin/directory-backup"
    refused = asked(host, f"{script} | python3 - 2")
    assert refused.rc == 1
    assert refused.stderr.startswith("/var/lib/samba: ")
    assert "a backup needs 953674" in refused.stderr
    assert refused.stderr.endswith("none was made\n")
    assert backups(host) == before


def test_it_is_made_every_day(host: Host) -> None:
    assert host.service("directory-backup.timer").is_running
    assert host.service("directory-backup.timer").is_enabled


def test_what_is_no_backup_or_another_domains_is_refused_before_anything_is_touched(host: Host, backup: str) -> None:
    missing = asked(host, "directory-restore make near /var/backups/none.tar.bz2")
    assert missing.stderr == "/var/backups/none.tar.bz2: there is no backup, it must be on this host\n"
    cut = asked(host, f"head -c 100000 {backup} > /run/cut.tar.bz2; directory-restore make near /run/cut.tar.bz2")
    assert cut.stderr.startswith("/run/cut.tar.bz2: is no whole backup: ")
    other = "mkdir /run/etc && echo 'realm = OTHER.EXAMPLE' > /run/etc/smb.conf && tar -C /run -cf /run/other.tar.bz2 etc/smb.conf"
    refused = asked(host, f"{other}; directory-restore make near /run/other.tar.bz2")
    host.check_output("rm -r /run/etc /run/other.tar.bz2 /run/cut.tar.bz2")
    assert refused.stderr == "/run/other.tar.bz2: holds OTHER.EXAMPLE, this is a controller of ROLES.ICT.EXAMPLE\n"
    assert host.service("samba-ad-dc").is_running


@pytest.fixture
def restored(host: Host, backup: str) -> Iterator[str]:
    """The name under which the host serves the backup; afterwards it is as it was."""
    host.check_output("sh -c %s", KEEP_ASIDE)
    try:
        name = host.check_output(f"directory-restore make near {backup}")
        host.check_output("systemctl start samba-ad-dc")
        yield name
    finally:
        host.check_output("sh -c %s", PUT_BACK)


def test_a_backup_is_served_again_under_another_name(host: Host, restored: str) -> None:
    host.check_output(
        "timeout 120 sh -c %s",
        "until dig +short @127.0.0.1 SRV _ldap._tcp.roles.ict.example | grep .; do sleep 0.2; done",
    )
    assert LOGIN in host.check_output("samba-tool user list").split()
    assert host.check_output("samba-tool group listmembers 'Domain Controllers'") == f"{restored.upper()}$"
    modes = host.check_output(
        "stat --format=%a /var/lib/samba/private /var/kept/lib/private /var/lib/samba/private/sam.ldb.d"
    )
    assert modes.split() == ["755", "755", "700"]
    assert asked(host, "samba-tool ntacl sysvolcheck").rc == 0
    assert host.check_output("cat /var/lib/samba/directory.restored") == restored


def test_every_role_has_its_holder(host: Host) -> None:
    held = host.check_output("directory-roles show").splitlines()
    assert len(held) == 7
    assert {row.split()[1] for row in held} == {"dc-near-01.roles.ict.example"}
    assert host.check_output("directory-roles missing") == ""
    assert host.check_output("directory-roles take pdc") == "pdc: is held here already"
