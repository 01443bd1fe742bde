"""What breaks sign-on is broken on purpose: each is refused, or got over, and what is said then helps."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from . import full_disk
from .conftest import Site3, killed_after, play, playbook
from .officers import (
    CONTROLLERS,
    DESKS,
    SERVERS,
    SET_PASSWORDS,
    SITES,
    Officer,
    is_well,
    joiner,
    leaver,
    names,
    new_password,
    officer,
    settle,
    soon,
)

pytestmark = pytest.mark.lab

DESK = DESKS["banbury"]
PROVIDER = "https://banbury-signon-01.lab.ict.example"

CLOCK = """
import struct, sys
path, seconds = sys.argv[1], int(sys.argv[2])
with open(path, "rb") as file:
    content = file.read()
(length,) = struct.unpack(">H", content[2:4])
with open(path, "wb") as file:
    file.write(content[:2] + struct.pack(">HHHii", 12, 1, 8, seconds, 0) + content[4 + length:])
"""
"""Writes into a ticket's file how far the controllers' clock is from the desk's (MIT's credential cache format, version 4)."""
GUEST = """
[global]
netbios name = ROGUE
realm = LAB.ICT.EXAMPLE
workgroup = LAB
security = ads
private dir = /run/rogue
lock directory = /run/rogue
state directory = /run/rogue
cache directory = /run/rogue
"""


@pytest.fixture(scope="module")
def engineer(directory: Site3) -> Iterator[Officer]:
    """Whoever may log in at desks and become root on servers."""
    one = officer(directory, "cdc.engineer.01")
    yield one
    for desk in DESKS.values():
        one.leaves(desk)


@pytest.fixture
def auditor(directory: Site3) -> Iterator[Officer]:
    """Whoever forgot the password."""
    one = officer(directory, "snc.auditor.01")
    yield one
    one.leaves(DESKS["stratford"])


@pytest.fixture
def full(directory: Site3, engineer: Officer, auditor: Officer) -> Iterator[str]:
    """A controller whose databases stand on a disk without any room left."""
    name = CONTROLLERS["stratford"]
    try:
        full_disk.shrink(directory, name)
        soon(lambda: is_well(engineer, "stratford", SITES))
        full_disk.fill(directory, name)
        yield name
    finally:
        full_disk.mend(directory, name)


def test_a_controller_with_a_full_disk_makes_nothing_by_half_and_catches_up(
    directory: Site3, engineer: Officer, auditor: Officer, full: str
) -> None:
    login, other = "full.joiner.01", CONTROLLERS["banbury"]
    leaver(directory, login, other)
    try:
        made = directory.tried(full, "samba-tool", "user", "create", login, "--random-password")
        assert made.returncode != 0
        assert f"Failed to add user '{login}'" in made.stderr
        assert "tdb_transaction_prepare_commit: expansion failed" in made.stderr
        assert login not in names(directory, full, "user")
        assert is_well(engineer, "stratford", SITES)
        resets_whole_or_not_at_all(auditor, full, DESKS["stratford"])
        # What is asked of another controller is done, and waits for room here.
        new = joiner(directory, login, "platform_engineers", other)
        soon(lambda: login in names(directory, CONTROLLERS["towcester"], "user"))
        assert login not in names(directory, full, "user")
        soon(lambda: is_well(new, "banbury", ["banbury", "towcester"]))
        full_disk.make_room(directory, full)
        settle(directory, login)
        soon(lambda: is_well(new, "stratford", SITES))
        assert "(0 errors)" in directory.run(full, "samba-tool", "dbcheck")
    finally:
        leaver(directory, login, other)


def resets_whole_or_not_at_all(one: Officer, controller: str, desk: str) -> None:
    """A password that is reset on a controller: the new one is good where it says so, else the old one, never neither."""
    new = replace(one, password=new_password())
    done = one.site.tried(controller, "python3", "-c", SET_PASSWORDS, stdin=json.dumps({one.login: new.password}))
    assert done.returncode == 0 or "expansion failed" in done.stderr
    good, bad = (new, one) if done.returncode == 0 else (one, new)
    assert (good.signs_in(desk).returncode, bad.signs_in(desk).returncode) == (0, 1)


def set_clock(one: Officer, seconds: int) -> None:
    """The desk's clock as it is when it was set by so much since the ticket was taken."""
    ticket = re.search(r"FILE:(\S+)", one.at(DESK, "klist").stdout)
    assert ticket
    one.at(DESK, "python3", "-c", CLOCK, ticket[1], str(seconds)).check_returncode()


@pytest.mark.parametrize("seconds", [-600, 600])
@pytest.mark.parametrize("ticket_is_there", [False, True])
def test_a_clock_ten_minutes_off_opens_nothing_and_a_new_ticket_helps(
    engineer: Officer, seconds: int, ticket_is_there: bool
) -> None:
    """By the controller that is asked for a ticket, and by the server itself where the ticket was there before."""
    service = "host/banbury-application-01.lab.ict.example"
    assert engineer.signs_in(DESK).returncode == 0
    if ticket_is_there:
        assert engineer.is_let_in(DESK, SERVERS["banbury"])
    set_clock(engineer, seconds // 5)
    assert engineer.is_let_in(DESK, SERVERS["banbury"])
    assert engineer.signs_in(DESK).returncode == 0
    if ticket_is_there:
        assert engineer.at(DESK, "kvno", service, "cifs/banbury-dc01.lab.ict.example").returncode == 0
    set_clock(engineer, seconds)
    refused = engineer.ssh(DESK, SERVERS["banbury"])
    assert (refused.returncode, refused.stdout) == (255, "")
    # ssh does not say why; whoever asks for a ticket, or opens a share, reads it.
    told = engineer.share(DESK, "banbury") if ticket_is_there else engineer.at(DESK, "kvno", service)
    assert (told.returncode, "Clock skew too great" in told.stdout + told.stderr) == (1, True)
    assert engineer.signs_in(DESK).returncode == 0
    assert engineer.is_let_in(DESK, SERVERS["banbury"])


def asked(one: Officer, *options: str, stdin: str = "", provider: str = PROVIDER) -> subprocess.CompletedProcess[str]:
    """A visit to a provider; what was sent and answered stands in the errors."""
    return one.at(DESK, "curl", "--silent", "--verbose", *options, f"{provider}/", stdin=stdin)


def test_a_ticket_that_was_sent_before_opens_no_session(directory: Site3, engineer: Officer) -> None:
    """What a listener would have heard and sends again: each provider shows the form, and the first one's log says why."""
    assert engineer.signs_in(DESK).returncode == 0
    log = "/var/log/apache2/error.log"
    count = ["grep", "--count", "Request is a replay", log]
    before = int(directory.tried("banbury-signon-01", *count).stdout)
    first = asked(engineer, "--negotiate", "--user", ":")
    sent = re.search(r"^> (Authorization: Negotiate \S+)", first.stderr, re.MULTILINE)
    assert sent
    assert "< Set-Cookie: web_sign_on=" in first.stderr
    second = asked(engineer, "--header", "@-", stdin=sent[1])
    assert sent[1] in second.stderr
    assert ("Set-Cookie" in second.stderr, 'type="password"' in second.stdout) == (False, True)
    assert int(directory.tried("banbury-signon-01", *count).stdout) == before + 1
    # Another provider has another account, hence another key: what was meant for the first is nothing to it.
    for site in ("towcester", "stratford"):
        elsewhere = PROVIDER.replace("banbury", site)
        third = asked(engineer, "--header", "@-", stdin=sent[1], provider=elsewhere)
        assert ("Set-Cookie: web_sign_on=" in third.stderr, 'type="password"' in third.stdout) == (False, True)


GHOST = "gone-dc01.lab.ict.example"
STALE = [
    ("gone-dc01", "A", "{address}"),
    ("banbury-dc01", "A", "{address}"),
    *((name, "SRV", f"{GHOST} {port} 0 65535") for name, port in (("_kerberos._tcp", 88), ("_ldap._tcp", 389))),
    ("_kerberos._tcp.banbury._sites", "SRV", f"{GHOST} 88 0 65535"),
    ("_ldap._tcp.banbury._sites", "SRV", f"{GHOST} 389 0 65535"),
]
"""Records of a controller that is gone, before all others by their weight, and an old address of one that is there."""
DNS = (
    'samba-tool dns "$1" "$(hostname --short | sed s/directory-/dc/).lab.ict.example" lab.ict.example "$2" "$3" "$4" -P'
)
"""Adds or takes away a record, at the controller itself."""


@pytest.fixture
def stale(directory: Site3) -> Iterator[str]:
    """An address where nobody is, that names of controllers lead to."""
    address = str(directory.estate.sites["banbury"].zones["servers"].prefix[99])
    done = []
    try:
        for name, kind, data in STALE:
            record = (name, kind, data.format(address=address))
            directory.run(CONTROLLERS["banbury"], "sh", "-c", DNS, "dns", "add", *record)
            done.append(record)
        yield address
    finally:
        for record in done:
            directory.run(CONTROLLERS["banbury"], "sh", "-c", DNS, "dns", "delete", *record)


def test_with_stale_names_everybody_signs_in_as_before(directory: Site3, engineer: Officer, stale: str) -> None:
    look = ["getent", "ahostsv4", GHOST]
    soon(lambda: all(stale in directory.tried(desk, *look).stdout for desk in DESKS.values()))
    for host in (DESK, SERVERS["banbury"]):
        directory.run(host, "sh", "-c", "sss_cache -E; systemctl restart sssd")
    for site in SITES:
        soon(lambda site=site: is_well(engineer, site, SITES))  # type: ignore[misc]
        assert "lab.ict.example" in engineer.share(DESKS[site], "banbury").stdout


@pytest.fixture
def rogue(directory: Site3) -> Iterator[str]:
    """A folder of its own for who joins from the outside, on a host that has the tools."""
    host = CONTROLLERS["stratford"]
    directory.run(host, "sh", "-c", "mkdir -p /run/rogue && cat > /run/rogue/smb.conf", stdin=GUEST)
    yield host
    directory.run(host, "rm", "-r", "/run/rogue")


def test_a_host_does_not_join_by_an_officers_password_nor_by_none(directory: Site3, rogue: str) -> None:
    one = officer(directory, "snc.officer.01")
    join = ["net", "ads", "join", "--configfile=/run/rogue/smb.conf", "-S", "banbury-dc01.lab.ict.example"]
    by_password = directory.tried(rogue, *join, "-U", one.login, stdin=f"{one.password}\n")
    assert "Failed to join domain: User specified does not have administrator privileges" in by_password.stdout
    by_none = directory.tried(rogue, *join, "-U", "%")
    assert "Failed to join domain" in by_none.stdout
    assert "Access Denied" in by_none.stdout
    for controller in CONTROLLERS.values():
        assert [name for name in names(directory, controller, "computer") if "ROGUE" in name.upper()] == []


IMPOSTOR = """
cd "$(mktemp -d)" || exit
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
  -keyout key -out certificate -days 2 2>/dev/null
timeout 60 openssl s_server -accept 127.0.0.1:8443 -key key -cert certificate -www -quiet >/dev/null 2>&1 &
impostor=$!
until curl --silent --insecure --output /dev/null "https://127.0.0.1:8443/" || ! kill -0 "$impostor"; do sleep 0.2; done
curl --silent --show-error --negotiate --user : --connect-to "$1:443:127.0.0.1:8443" "https://$1/"
kill "$impostor"
"""


def test_a_host_with_a_certificate_of_its_own_making_gets_no_ticket_and_no_password(engineer: Officer) -> None:
    """Whoever stands in the provider's place is left before anything is sent."""
    answer = engineer.at(DESK, "sh", "-c", IMPOSTOR, "sh", PROVIDER.removeprefix("https://"))
    assert answer.stdout == ""
    assert "self-signed certificate" in answer.stderr


def test_a_join_that_was_killed_is_mended_by_the_next_run_and_a_copy_of_the_old_keys_is_refused(
    directory: Site3, engineer: Officer
) -> None:
    copy, joining = "/root/copied.keytab", ("sign_on", "--limit", DESK)
    ask = ["kinit", "-k", "-t", copy, "-c", "FILE:/run/copied.ticket", f"{DESK}$"]
    directory.run(DESK, "mv", "/etc/krb5.keytab", copy)
    try:
        assert directory.tried(DESK, *ask).returncode == 0
        killed_after("TASK [sign_on : Take the new keys]", play(*joining))
        assert "changed: [cdc-d0001]" in playbook(*joining).stdout
        assert "changed=0 " in playbook(*joining).stdout
        soon(lambda: is_well(engineer, "banbury", SITES))
        soon(lambda: "Preauthentication failed" in directory.tried(DESK, *ask).stderr)
    finally:
        if directory.tried(DESK, "test", "-e", "/etc/krb5.keytab").returncode:
            playbook(*joining)
        directory.run(DESK, "rm", "--force", copy, "/run/copied.ticket")
