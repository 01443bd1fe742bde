"""The controller as the role makes it: asked as members ask it, and what it keeps to itself."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

from tests.roles.units import due

from .conftest import SERVER

FILES = Path(__file__).parents[1] / "files"
UNITS: list[dict[str, Any]] = [
    *({"name": name, "state": "stopped"} for name in ("smbd", "nmbd", "winbind")),
    {"name": "chrony", "reads": ["/etc/chrony/directory.conf"]},
    {"name": "samba-ad-dc", "reads": ["/etc/samba/smb.conf", "/etc/krb5.conf", "/etc/samba/directory"]},
]
SIGNED_TIME = """
import socket, struct, sys
asked = bytes([0x1B]) + bytes(47) + struct.pack("<I", int(sys.argv[1])) + bytes(16)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
    stream.settimeout(10)
    stream.sendto(asked, (sys.argv[2], 123))
    answer = stream.recv(1024)
print(len(answer), answer[0] & 7, any(answer[52:]))
"""


def dig(host: Host, *asked: str) -> list[str]:
    return host.check_output("dig +short @127.0.0.1 " + " ".join(asked)).splitlines()


def test_dns_answers_for_the_model_and_for_the_services(host: Host) -> None:
    assert dig(host, "web-01.roles.ict.example") == ["10.98.0.20"]
    for service in ("_ldap._tcp", "_ldap._tcp.near._sites", "_kerberos._udp", "_ldap._tcp.dc._msdcs"):
        assert [line.split()[3] for line in dig(host, "SRV", f"{service}.roles.ict.example")] == [f"{SERVER}."]
    (own,) = dig(host, SERVER)
    assert own in host.check_output("ip -brief address show dev plain")


def test_a_controller_that_is_killed_serves_again_by_itself(host: Host) -> None:
    main = "systemctl show --property=MainPID --value samba-ad-dc"
    before = host.check_output(main)
    host.check_output("systemctl kill --signal=KILL samba-ad-dc")
    host.check_output(
        "timeout 120 sh -c %s",
        f'until systemctl is-active samba-ad-dc && [ "$({main})" != {before} ] && samba-tool drs showrepl; do sleep 1; done',
    )


def test_the_host_asks_itself_for_names(host: Host) -> None:
    assert host.check_output("getent hosts web-01") == "10.98.0.20      web-01.roles.ict.example"


def test_sites_have_their_prefixes_and_share_a_link(host: Host) -> None:
    read = "ldbsearch -H /var/lib/samba/private/sam.ldb -b CN=Sites,CN=Configuration,DC=roles,DC=ict,DC=example"
    shown = host.check_output(f"{read} '(cn=10.98.0.0/16)' siteObject")
    assert "siteObject: CN=far,CN=Sites,CN=Configuration,DC=roles,DC=ict,DC=example" in shown
    shown = host.check_output(f"{read} '(cn=DEFAULTIPSITELINK)' siteList options")
    assert shown.count("siteList: ") == 2
    assert "options: 1\n" in shown


def test_rules_of_access_to_sysvol_are_in_order(host: Host) -> None:
    assert host.run("samba-tool ntacl sysvolcheck").rc == 0


def test_sysvol_is_served_by_ticket(host: Host, ticket: str) -> None:
    assert "roles.ict.example" in host.check_output(
        f"{ticket} smbclient //{SERVER}/sysvol --use-kerberos=required -c ls"
    )


def test_sysvol_is_copied_from_another_and_never_from_itself(host: Host) -> None:
    assert host.service("directory-sysvol.timer").is_running
    host.check_output("systemctl start directory-sysvol.service")
    assert host.check_output("directory-sysvol") == ""
    assert host.file("/var/lib/samba/sysvol/roles.ict.example/Policies").is_directory


def test_time_is_served_and_signed(host: Host) -> None:
    sid = host.check_output("ldbsearch -H /var/lib/samba/private/sam.ldb '(cn=dc-near-01)' objectSid")
    (row,) = [line for line in sid.splitlines() if line.startswith("objectSid: ")]
    # Version 3, whose signed kind this is. Mode 4 is a server's answer; after 48 bytes of it and the number of a key there are 16 of its signature.
    assert host.check_output("python3 -c %s %s %s", SIGNED_TIME, row.rsplit("-", 1)[1], "127.0.0.1") == "68 4 True"


def test_the_administrators_password_is_written_nowhere(host: Host) -> None:
    # The pattern is not the password, since what is run here is written down too.
    places = "/var/log /var/lib/samba /etc /run /tmp /root /home"
    found = host.run(f"grep --recursive --text --files-with-matches Only-for-the-tests-of-this-rol[e] {places}")
    assert found.stdout == ""
    assert host.run("journalctl --no-pager --grep Only-for-the-tests-of-this-rol[e]").stdout in (
        "",
        "-- No entries --\n",
    )


def test_it_comes_back_by_itself_after_a_power_cut(host: Host) -> None:
    assert host.service("samba-ad-dc").is_enabled
    assert host.service("chrony").is_enabled
    assert [unit for unit in ("smbd", "nmbd", "winbind") if host.service(unit).is_enabled] == []


def test_what_was_stopped_or_written_by_hand_is_due(host: Host) -> None:
    assert due(host, *UNITS) == []
    host.check_output("systemctl stop chrony && touch /etc/krb5.conf")
    found = due(host, *UNITS)
    host.check_output("systemctl restart chrony samba-ad-dc")
    assert found == ["chrony started", "samba-ad-dc restarted"]
    assert due(host, *UNITS) == []


@pytest.mark.parametrize(
    ("marks", "state"),
    [
        ("directory.made private/sam.ldb", "made"),
        ("directory.begun private/sam.ldb", "begun"),
        ("private/sam.ldb", "foreign"),
        ("", "none"),
    ],
)
def test_a_half_made_controller_is_told_from_a_made_one_and_from_another_ones(
    host: Host, marks: str, state: str
) -> None:
    script = (FILES / "found.sh").read_text(encoding="utf-8").replace("/var/lib/samba", "/run/tried")
    host.check_output("sh -c %s", f"mkdir -p /run/tried/private && cd /run/tried && touch ./. {marks}")
    found = host.check_output("sh -c %s found name.example", script)
    host.check_output("rm -r /run/tried")
    assert f"state {state}" in found.splitlines()


def making(host: Host, place: str, **asked: object) -> tuple[int, str]:
    """How the making of a controller ends, and the last that it says; `place` stands for /var/lib/samba."""
    script = (FILES / "directory_make.py").read_text(encoding="utf-8").replace("/var/lib/samba", place)
    known = {"computer": "dc-tried", "is_first": True, "others": [], "password": "none", "ids": "", **asked}
    done = host.run("sh -c %s", f"echo {shlex.quote(json.dumps(known))} | python3 -c {shlex.quote(script)}")
    return done.rc, done.stderr.splitlines()[-1] if done.stderr else ""


def test_what_was_in_service_is_never_made_again(host: Host) -> None:
    before = host.check_output("stat --format %%i /var/lib/samba/private/sam.ldb")
    assert making(host, "/var/lib/samba") == (0, "")
    assert host.check_output("stat --format %%i /var/lib/samba/private/sam.ldb") == before


def test_another_ones_directory_is_left_alone(host: Host) -> None:
    host.check_output("install -D /dev/null /run/tried/private/sam.ldb")
    refused = making(host, "/run/tried")
    host.check_output("rm -r /run/tried")
    said = "/run/tried/private/sam.ldb: another one's directory; `touch /run/tried/directory.made` has it kept as this controller's"
    assert refused == (1, said)


def test_no_second_domain_is_made_while_it_is_not_known_whether_there_is_one(host: Host) -> None:
    host.check_output("mkdir /run/tried")
    refused = making(host, "/run/tried", others=[{"name": "far-directory-01", "address": "192.0.2.1"}])
    host.check_output("rm -r /run/tried")
    said = (
        "far-directory-01: no answer, so it is not known whether the domain is served; a second domain of the same name"
        " is never made: bring it up, or take it out of directory_controllers"
    )
    assert refused == (1, said)
