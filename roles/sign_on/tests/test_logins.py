"""Who logs in to a member and who does not, each tried in earnest."""

import base64
import shlex
from pathlib import Path

import pytest
from testinfra.host import Host

from .conftest import ENGINEER, OFFICER, PASSWORD, STRANGER, WRONG, Logins, forget, make, soon

testinfra_hosts = ["ansible://role-sign-on"]

CHANGE = Path(__file__).parent / "change_password.py"


def test_an_officer_logs_in_by_password_and_finds_a_home_and_a_ticket(host: Host, logins: Logins) -> None:
    shown = logins.by_password(OFFICER, "pwd; stat --format %a .; klist")
    assert shown.stdout.splitlines()[:2] == [f"/home/{OFFICER}", "700"], shown.stderr
    assert "krbtgt/ROLES.ICT.EXAMPLE@ROLES.ICT.EXAMPLE" in shown.stdout


def test_a_wrong_password_is_refused(logins: Logins) -> None:
    assert "Permission denied" in logins.by_password(OFFICER, password=WRONG).stderr


def test_a_ticket_is_enough_even_for_a_host_that_nobody_trusts_yet_and_goes_along(logins: Logins) -> None:
    logins.take_ticket(OFFICER)
    shown = logins.by_ticket(OFFICER, "id --user --name; klist")
    assert shown.stdout.splitlines()[:1] == [OFFICER], shown.stderr
    assert "krbtgt/ROLES.ICT.EXAMPLE@ROLES.ICT.EXAMPLE" in shown.stdout


def test_without_a_ticket_an_unknown_host_is_not_trusted(logins: Logins) -> None:
    assert "Host key verification failed" in logins.by_ticket(OFFICER).stderr


def test_whoever_is_in_no_group_that_may_is_refused(logins: Logins) -> None:
    logins.take_ticket(STRANGER)
    assert "Permission denied" in logins.by_password(STRANGER).stderr
    assert "Permission denied" in logins.by_ticket(STRANGER).stderr


def test_the_console_lets_in_whom_ssh_lets_in(host: Host) -> None:
    """By the account's own rules, whichever program asks: here `su`, which root needs no password for."""
    assert host.run(f"su --command true {OFFICER}").rc == 0
    assert host.run(f"su --command true {STRANGER}").rc != 0


def test_a_ticket_opens_no_other_account(logins: Logins) -> None:
    logins.take_ticket(OFFICER)
    for login in (ENGINEER, "root", "operator"):
        assert "Permission denied" in logins.by_ticket(login).stderr


def test_a_local_account_is_not_to_be_had_by_making_one_of_its_name(controller: Host, logins: Logins) -> None:
    controller.check_output(f"samba-tool user create operator {PASSWORD}")
    controller.check_output("samba-tool group addmembers tried_officers operator")
    try:
        logins.take_ticket("operator")
        assert "Permission denied" in logins.by_ticket("operator").stderr
        assert "Permission denied" in logins.by_password("operator").stderr
    finally:
        forget(controller, "operator")


def test_a_key_in_a_home_folder_opens_nothing(host: Host, logins: Logins) -> None:
    assert logins.by_password(OFFICER).rc == 0
    make = 'umask 077; mkdir -p .ssh; rm -f .ssh/tried; ssh-keygen -qN "" -f .ssh/tried; cp .ssh/tried.pub .ssh/authorized_keys'
    host.check_output("runuser --user %s -- sh -c %s", OFFICER, f"cd; {make}")
    assert "Permission denied" in logins.by_key(OFFICER, f"/home/{OFFICER}/.ssh/tried").stderr


def test_engineers_become_root_with_their_password_and_officers_do_not(logins: Logins) -> None:
    ask = f"echo {PASSWORD} | sudo --stdin id --user"
    assert logins.by_password(ENGINEER, ask).stdout == "0\n"
    assert logins.by_password(ENGINEER, "sudo --non-interactive id --user").rc == 1
    refused = logins.by_password(OFFICER, ask)
    assert (refused.rc, "not in the sudoers file" in refused.stderr) == (1, True)


@pytest.fixture
def newcomer(controller: Host) -> str:
    """A login that nobody has; an account of that name is gone afterwards."""
    forget(controller, "tried.newcomer")
    return "tried.newcomer"


def test_a_new_account_works_even_where_somebody_asked_too_early(
    controller: Host, logins: Logins, newcomer: str
) -> None:
    assert logins.by_password(newcomer).rc != 0
    make(controller, newcomer)
    assert soon(lambda: logins.by_password(newcomer).rc == 0)


def test_a_first_password_is_changed_on_the_way_in(host: Host, controller: Host, logins: Logins, newcomer: str) -> None:
    make(controller, newcomer)
    controller.check_output(
        f"samba-tool user setpassword {newcomer} --newpassword={PASSWORD} --must-change-at-next-login"
    )
    change = "echo %s | base64 --decode | python3 - %s %s %s"
    script = base64.b64encode(CHANGE.read_bytes()).decode()
    assert soon(lambda: host.run("sh -c %s", change % (script, newcomer, PASSWORD, "Changed-once-more-here")).rc == 0)
    assert logins.by_password(newcomer, password="Changed-once-more-here").rc == 0  # noqa: S106
    assert "Permission denied" in logins.by_password(newcomer).stderr


def test_a_disabled_account_is_refused_by_password_by_ticket_and_in_an_open_session(
    controller: Host, logins: Logins, newcomer: str
) -> None:
    make(controller, newcomer)
    controller.check_output(f"samba-tool group addmembers 'tried engineers' {newcomer}")
    become = f"echo {shlex.quote(PASSWORD)} | sudo --stdin --reset-timestamp id --user"
    assert soon(lambda: logins.by_password(newcomer).rc == 0)
    logins.take_ticket(newcomer)
    assert logins.by_ticket(newcomer).rc == 0
    assert soon(lambda: logins.in_session(newcomer, become).stdout == "0\n")

    controller.check_output(f"samba-tool user disable {newcomer}")
    assert "Permission denied" in logins.by_password(newcomer).stderr
    assert soon(lambda: logins.by_ticket(newcomer).rc != 0)
    assert logins.in_session(newcomer, become).rc != 0
