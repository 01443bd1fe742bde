"""What a controller refuses, each asked for in earnest, and beside it what it grants."""

from collections.abc import Callable

import pytest
from testinfra.backend.base import CommandResult
from testinfra.host import Host

from .conftest import PASSWORD, SERVER, asked

Kinit = Callable[..., CommandResult]
BASE = "DC=roles,DC=ict,DC=example"


def test_a_password_gets_a_ticket_of_the_strongest_kind(host: Host, officer: str, kinit: Kinit) -> None:
    assert kinit(officer, PASSWORD).rc == 0
    shown = host.check_output("klist -e -c /run/tried.ticket")
    assert f"Default principal: {officer}@ROLES.ICT.EXAMPLE" in shown
    assert "Etype (skey, tkt): aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96" in shown


def test_a_wrong_password_gets_none(host: Host, officer: str, kinit: Kinit) -> None:
    assert "Password incorrect" in kinit(officer, "Wrong-but-long-enough").stderr


def test_an_account_is_locked_after_four_wrong_ones_and_can_be_opened(host: Host, kinit: Kinit) -> None:
    host.check_output("samba-tool user create officer-02 %s", PASSWORD)
    wrong = [kinit("officer-02", "Wrong-but-long-enough").stderr for _ in range(4)]
    right = kinit("officer-02", PASSWORD).stderr
    host.check_output("samba-tool user unlock officer-02")
    opened = kinit("officer-02", PASSWORD).rc
    host.check_output("samba-tool user delete officer-02")
    assert "Password incorrect" in wrong[0]
    assert "credentials have been revoked" in right
    assert opened == 0


def test_a_short_password_is_refused(host: Host) -> None:
    short = asked(host, "samba-tool user create officer-03 Short-1")
    assert "the password is too short. It should be equal or longer than 12 characters" in short.stderr


def test_rc4_gets_no_ticket(host: Host, officer: str, kinit: Kinit) -> None:
    weak = "s/permitted_enctypes.*/permitted_enctypes = rc4-hmac\\n  allow_weak_crypto = true/"
    host.check_output("sh -c %s", f"sed '{weak}' /etc/krb5.conf > /run/tried.conf")
    refused = kinit(officer, PASSWORD, "/run/tried.conf")
    host.check_output("rm /run/tried.conf")
    assert "KDC has no support for encryption type" in refused.stderr


def test_nobody_unnamed_reads_the_directory(host: Host) -> None:
    answer = asked(host, f"ldbsearch -H ldap://{SERVER} -U % -b {BASE}")
    assert answer.rc == 1
    assert "Operation unavailable without authentication" in answer.stdout


def test_a_password_in_the_clear_is_refused_and_within_tls_is_not(host: Host, officer: str) -> None:
    ask = f"--simple-bind-dn=CN={officer},CN=Users,{BASE} --password={PASSWORD} -b {BASE} -s base dn"
    trust = "--option='tls cafile=/var/lib/samba/private/tls/ca.pem' --option='tls verify peer=ca_only'"
    assert "Transport encryption required" in asked(host, f"ldbsearch -H ldap://{SERVER} {ask}").stderr
    assert f"dn: {BASE}" in asked(host, f"ldbsearch -H ldaps://{SERVER} {trust} {ask}").stdout


@pytest.mark.usefixtures("_other_tools")
@pytest.mark.parametrize(("strength", "granted"), [(0, False), (1, True), (256, True)])
def test_ldap_by_ticket_is_signed_or_refused(host: Host, ticket: str, strength: int, granted: bool) -> None:
    ask = f"{ticket} ldapsearch -Q -N -Y GSSAPI -O maxssf={strength} -LLL -H ldap://{SERVER} -b {BASE} -s base dn"
    answer = host.run(ask)
    assert (answer.rc == 0) == granted, answer.stderr
    assert granted or "Strong(er) authentication required" in answer.stderr


@pytest.mark.parametrize(("version", "granted"), [("no", False), ("yes", True)])
def test_ntlm_is_of_its_second_version_or_refused(host: Host, officer: str, version: str, granted: bool) -> None:
    options = f"--use-kerberos=off --option='client ntlmv2 auth={version}'"
    answer = asked(host, f"smbclient //{SERVER}/sysvol -U {officer}%{PASSWORD} {options} -c ls")
    assert (answer.rc == 0) == granted, answer.stdout
    assert granted or "NT_STATUS_LOGON_FAILURE" in answer.stdout


def test_smb_1_is_refused(host: Host, officer: str) -> None:
    options = "--option='client min protocol=CORE' --option='client max protocol=NT1'"
    answer = asked(host, f"smbclient //{SERVER}/sysvol -U {officer}%{PASSWORD} {options} -c ls")
    assert "protocol negotiation failed" in answer.stdout + answer.stderr
    assert answer.rc != 0


def test_nobody_unnamed_reads_a_share_or_lists_accounts(host: Host) -> None:
    for ask in (f"smbclient -L {SERVER} --no-pass -U %", f"rpcclient --no-pass -U % {SERVER} -c enumdomusers"):
        answer = asked(host, ask)
        assert "NT_STATUS_ACCESS_DENIED" in answer.stdout + answer.stderr


def test_an_officer_lets_no_computer_join(host: Host, ticket: str) -> None:
    answer = asked(host, f"{ticket} samba-tool computer create stranger -H ldap://{SERVER} --use-kerberos=required")
    assert answer.rc != 0
    assert "LDAP_UNWILLING_TO_PERFORM" in answer.stderr + answer.stdout or "insufficient" in answer.stderr.lower()
