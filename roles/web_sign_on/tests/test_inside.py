"""What the role keeps on the host and in the directory: whose it is, what is made once, and what is refused."""

import json
import shlex
from pathlib import Path

import pytest
from testinfra.host import Host

from tests.roles.visitor import Visitor

FILES = Path(__file__).parents[1] / "files"
CONFIGURATIONS = "/var/lib/lemonldap-ng/conf"
ACCOUNT = {
    "account": "svc_auth_near",
    "description": "reads accounts for the web sign-on",
    "mark": "",
    "service": "HTTP/auth-near.roles.ict.example",
    "password": "Only-for-the-tests-of-web-sign-on",
    "version": 2,
}


def program(host: Host, name: str, act: str, given: object) -> tuple[int, list[str], list[str]]:
    """How a program of the role ends, and what it says."""
    script = shlex.quote((FILES / f"web_sign_on_{name}.py").read_text(encoding="utf-8"))
    # What is run here is written down, and must not look like the secret that a test looks for.
    text = json.dumps(given).replace("web-sign-on", "web-sign-~on")
    done = host.run("sh -c %s", f"echo {shlex.quote(text)} | tr -d '~' | python3 -c {script} {act}")
    return done.rc, done.stdout.splitlines(), done.stderr.splitlines()


def test_the_account_is_as_asked_for_and_a_change_is_seen(host: Host) -> None:
    assert program(host, "account", "read", ACCOUNT)[:2] == (0, [])
    assert program(host, "account", "read", ACCOUNT | {"version": 1})[1] == ["keytab"]
    assert program(host, "account", "read", ACCOUNT | {"password": "another"})[1] == ["password", "keytab"]


def test_a_service_of_another_account_is_left_to_it(host: Host) -> None:
    refused = program(host, "account", "apply", ACCOUNT | {"account": "svc_other"})
    said = "HTTP/auth-near.roles.ict.example: belongs to svc_auth_near, a service has one account"
    assert refused == (2, [], [said])
    assert host.run("samba-tool user show svc_other || exit 1").rc == 1


def test_another_password_makes_other_keys(host: Host) -> None:
    asked = ACCOUNT | {"account": "svc_tried", "service": "HTTP/tried.roles.ict.example", "version": 0}
    try:
        first = program(host, "account", "apply", asked)
        second = program(host, "account", "apply", asked | {"password": "Another-for-the-tests-of-this"})
        assert (first[0], second[0], first[1] != second[1]) == (0, 0, True)
        assert program(host, "account", "read", asked | {"version": 2})[1] == ["password", "keytab"]
    finally:
        host.check_output("samba-tool user delete svc_tried")


def test_another_sites_provider_leaves_the_keys_as_they_are(host: Host) -> None:
    near = ACCOUNT | {"account": "svc_tried", "service": "HTTP/tried-near.roles.ict.example"}
    far = near | {"service": "HTTP/tried-far.roles.ict.example"}
    try:
        assert [program(host, "account", "apply", asked)[0] for asked in (near, far)] == [0, 0]
        assert [program(host, "account", "read", asked)[1] for asked in (near, far)] == [[], []]
    finally:
        host.check_output("samba-tool user delete svc_tried")


def test_keys_of_the_service_are_aes_alone(host: Host) -> None:
    kinds = host.check_output("klist -k -e /etc/lemonldap-ng/web-sign-on.keytab").splitlines()[3:]
    assert ["aes" in kind for kind in kinds] == [True, True]


@pytest.mark.parametrize(("path", "mode"), [("/etc/lemonldap-ng/web-sign-on.keytab", 0o640), (CONFIGURATIONS, 0o750)])
def test_secrets_are_read_by_the_program_and_written_by_root_alone(host: Host, path: str, mode: int) -> None:
    kept = host.file(path)
    assert (kept.user, kept.group, kept.mode) == ("root", "www-data", mode)


def newest(host: Host) -> dict[str, object]:
    text = host.check_output("sh -c %s", f"cat $(ls -v {CONFIGURATIONS}/lmConf-*.json | tail -n 1)")
    settings: dict[str, object] = json.loads(text)
    return settings


def test_what_is_made_once_stays_when_settings_change(host: Host) -> None:
    before = newest(host)
    kept = {"key", "oidcServicePrivateKeySig", "oidcServicePublicKeySig", "oidcServiceKeyIdSig", "cfgVersion"}
    planned = {
        name: value
        for name, value in before.items()
        if name not in kept and name not in {"cfgNum", "cfgDate", "cfgAuthor"}
    }
    assert program(host, "configuration", "read", planned) == (0, [], [])
    assert program(host, "configuration", "read", planned | {"timeout": 1})[1] == ["timeout"]
    assert program(host, "configuration", "apply", planned) == (0, [], [])
    after = newest(host)
    assert after["cfgNum"] == int(str(before["cfgNum"])) + 1
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    host.check_output("systemctl restart apache2")


def test_a_directory_that_does_not_answer_ends_nobodys_session(host: Host, visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    visitor.by_ticket()
    host.check_output("systemctl stop samba-ad-dc")
    try:
        looked = host.run("runuser --user www-data /usr/local/sbin/web-sign-on-ended")
        assert (looked.rc, "no session is ended" in looked.stderr) == (1, True)
        assert "officer-02" in visitor.ask().text
    finally:
        host.check_output("systemctl start samba-ad-dc")


def test_a_session_of_an_account_past_its_last_day_ends(host: Host, visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    visitor.by_ticket()
    host.check_output("samba-tool user setexpiry officer-02 --days=-1")
    try:
        host.run("runuser --user www-data /usr/local/sbin/web-sign-on-ended")
        host.check_output("sleep 1.1")  # for as long the provider knows a session by heart
        # The session has ended, or is not known any more: by when each is said is the provider's own affair.
        assert visitor.ask().said in ("1", "9")
    finally:
        host.check_output("samba-tool user setexpiry officer-02 --noexpiry")


def test_secrets_are_in_no_log_and_no_file_but_one(host: Host) -> None:
    # The pattern is not the secret, since what is run here is written down too.
    places = "/var/log /etc /run /tmp /root /home /var/lib/lemonldap-ng"
    found = host.run(f"grep --recursive --text --files-with-matches Only-for-the-tests-of-web-sign-o[n] {places}")
    kept = {str(Path(name).parent) for name in found.stdout.split()}
    # The program has a copy of its own, as private as what it is of.
    assert {folder.split("/lemonldap-ng-config")[0] for folder in kept} <= {
        CONFIGURATIONS,
        "/var/lib/lemonldap-ng/cache",
    }
    assert host.file("/var/lib/lemonldap-ng/cache").mode & 0o007 == 0
    told = host.run("journalctl --no-pager --grep Only-for-the-tests-of-web-sign-o[n]").stdout
    assert told in ("", "-- No entries --\n")
