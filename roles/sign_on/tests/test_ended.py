"""Whose sessions end because a controller says so, and whose go on because none does. Real ones, over ssh."""

import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from testinfra.host import Host

from .conftest import OFFICER, PASSWORD, Logins, forget, make, soon

testinfra_hosts = ["ansible://role-sign-on"]

OPTIONS = "-n -tt -o StrictHostKeyChecking=no -o NumberOfPasswordPrompts=1"
BY_PASSWORD = f"sshpass -e ssh {OPTIONS} -o PreferredAuthentications=password"
BY_TICKET = f"ssh {OPTIONS} -o BatchMode=yes -o UserKnownHostsFile=/dev/null"
STAY = "echo begun; exec sleep 100000"
LEAVE_BEHIND = "setsid nohup sleep 424242 > /dev/null 2>&1 &"
LEAVE_BEHIND_AS_ROOT = f"""echo {PASSWORD} | sudo --stdin sh -c "setsid nohup sleep 434343 > /dev/null 2>&1 &";"""
ENDED = "journalctl --no-pager --output=cat --unit=sign-on-ended"


@dataclass
class Sessions:
    """Sessions that stay open until they are ended: each a unit of its own, whose output is what the person sees."""

    host: Host
    units: list[str] = field(default_factory=list)

    def open(self, login: str, by: str = BY_PASSWORD, at: str = "localhost", command: str = "") -> str:
        name = f"tried-session-{len(self.units)}"
        self.units.append(name)
        shown = f"{by} {login}@{at} {shlex.quote(f'{command} {STAY}')} > /run/{name} 2>&1"
        known = f"--setenv=SSHPASS={PASSWORD} --setenv=KRB5CCNAME=/run/tried.ticket"
        self.host.check_output(f"systemd-run --quiet --collect --unit={name} {known} sh -c {shlex.quote(shown)}")
        assert soon(lambda: "begun" in self.seen(name) or not self.is_open(name))
        assert self.is_open(name), self.seen(name)
        return name

    def is_open(self, name: str) -> bool:
        return bool(self.host.run(f"systemctl --quiet is-active {name}").rc == 0)

    def seen(self, name: str) -> str:
        return str(self.host.run(f"cat /run/{name}").stdout)

    def is_left(self, seconds: int) -> bool:
        """Whether what a session left behind still runs."""
        return bool(self.host.run(f"pgrep --full --exact 'sleep {seconds}'").rc == 0)

    def close(self) -> None:
        for name in self.units:
            self.host.run(f"systemctl stop {name}")
            self.host.run(f"rm --force /run/{name}")
        self.host.run("pkill --full --exact 'sleep (100000|424242|434343)'")


@pytest.fixture
def newcomer(controller: Host) -> Iterator[str]:
    """A login that nobody had before, whose number is known here from nowhere; an account of that name is gone afterwards."""
    login = f"tried.{time.time_ns() // 10**8 % 10**9}"
    yield login
    forget(controller, login)


@pytest.fixture
def sessions(host: Host) -> Iterator[Sessions]:
    made = Sessions(host)
    yield made
    made.close()


@pytest.fixture
def look(host: Host) -> Iterator[Callable[[], None]]:
    """Look once, when the test says; the timer looks again afterwards. Who looks while one looks gets that one's end."""

    def once() -> None:
        host.check_output("systemctl start sign-on-ended.service")

    host.check_output("systemctl stop sign-on-ended.timer")
    try:
        once()
        yield once
    finally:
        host.check_output("systemctl start sign-on-ended.timer")


@pytest.fixture
def open_for(controller: Host, logins: Logins, sessions: Sessions) -> Callable[[str], str]:
    """A session of a new account that may log in."""

    def opened(login: str) -> str:
        make(controller, login)
        assert soon(lambda: logins.by_password(login).rc == 0)
        return sessions.open(login)

    return opened


def test_all_that_a_disabled_account_has_open_ends_by_itself_and_nothing_else(
    host: Host, controller: Host, logins: Logins, sessions: Sessions, newcomer: str
) -> None:
    make(controller, newcomer)
    controller.check_output(f"samba-tool group addmembers 'tried engineers' {newcomer}")
    assert soon(lambda: logins.by_password(newcomer, f"echo {PASSWORD} | sudo --stdin true").rc == 0)
    logins.take_ticket(newcomer)
    its = [
        sessions.open(newcomer, command=LEAVE_BEHIND),
        sessions.open(newcomer, BY_TICKET, "role-sign-on", LEAVE_BEHIND_AS_ROOT),
    ]
    others, local = sessions.open(OFFICER), host.check_output("pgrep --uid operator --exact sshd").split()
    assert [sessions.is_left(seconds) for seconds in (424242, 434343)] == [True, True]
    told = host.check_output(ENDED).count(newcomer)

    controller.check_output(f"samba-tool user disable {newcomer}")
    assert soon(lambda: not any(map(sessions.is_open, its)))
    assert soon(lambda: not any(map(sessions.is_left, (424242, 434343))))
    assert "this account is disabled" in sessions.seen(its[0])
    lines = [line for line in host.check_output(ENDED).splitlines() if newcomer in line][told:]
    assert len(lines) == 1
    assert "is disabled, ends" in lines[0]
    assert sessions.is_open(others)
    assert set(local) <= set(host.check_output("pgrep --uid operator --exact sshd").split())


@pytest.mark.parametrize("change", ["user setexpiry {} --days=0", "user delete {}"])
def test_sessions_of_an_account_that_is_expired_or_gone_end(
    controller: Host,
    sessions: Sessions,
    newcomer: str,
    open_for: Callable[[str], str],
    look: Callable[[], None],
    change: str,
) -> None:
    its, others = open_for(newcomer), sessions.open(OFFICER)
    look()
    assert sessions.is_open(its)
    controller.check_output(f"samba-tool {change.format(newcomer)}")
    look()
    assert soon(lambda: not sessions.is_open(its))
    assert sessions.is_open(others)


@pytest.fixture
def inner(controller: Host) -> Iterator[str]:
    """A group whose members may log in since it is in one that may."""
    controller.run("sh -c %s", "samba-tool group delete tried_inner || exit 1")
    controller.check_output("samba-tool group add tried_inner")
    controller.check_output("samba-tool group addmembers tried_officers tried_inner")
    yield "tried_inner"
    controller.check_output("samba-tool group delete tried_inner")


def test_sessions_end_with_the_last_group_that_may_log_in(
    controller: Host,
    sessions: Sessions,
    newcomer: str,
    inner: str,
    open_for: Callable[[str], str],
    look: Callable[[], None],
) -> None:
    its, others = open_for(newcomer), sessions.open(OFFICER)
    controller.check_output(f"samba-tool group addmembers {inner} {newcomer}")
    controller.check_output(f"samba-tool group removemembers tried_officers {newcomer}")
    look()
    assert sessions.is_open(its)
    controller.check_output(f"samba-tool group removemembers {inner} {newcomer}")
    look()
    assert soon(lambda: not sessions.is_open(its))
    assert sessions.is_open(others)


def test_a_service_goes_on_though_its_account_may_not_log_in_but_not_when_it_is_disabled(
    host: Host, controller: Host, newcomer: str, look: Callable[[], None]
) -> None:
    controller.check_output(f"samba-tool user create {newcomer} {PASSWORD}")
    assert soon(lambda: host.run(f"getent passwd {newcomer}").rc == 0)
    host.check_output(f"systemd-run --quiet --collect --unit=tried-service --uid={newcomer} sleep 100000")
    try:
        look()
        assert host.run("systemctl --quiet is-active tried-service").rc == 0
        controller.check_output(f"samba-tool user disable {newcomer}")
        look()
        assert soon(lambda: host.run("systemctl --quiet is-active tried-service").rc != 0)
    finally:
        host.run("systemctl stop tried-service")


@dataclass(frozen=True)
class Silence:
    """A way in which no controller answers, and the way back; on the controller, or on the member."""

    begin: str
    end: str
    is_controllers: bool = True


SILENCES = {
    "dead": Silence("systemctl stop samba-ad-dc", "systemctl start samba-ad-dc"),
    "hung": Silence("systemctl kill --signal=STOP samba-ad-dc", "systemctl kill --signal=CONT samba-ad-dc"),
    "without keys": Silence(
        "mv /etc/krb5.keytab /etc/krb5.keytab.tried && rm --force /run/sign-on-ended/ticket",
        "mv /etc/krb5.keytab.tried /etc/krb5.keytab",
        is_controllers=False,
    ),
}


@pytest.mark.parametrize("silence", SILENCES.values(), ids=SILENCES)
def test_nothing_ends_while_no_controller_says_so(
    host: Host,
    controller: Host,
    sessions: Sessions,
    newcomer: str,
    open_for: Callable[[str], str],
    look: Callable[[], None],
    silence: Silence,
) -> None:
    its, others = open_for(newcomer), sessions.open(OFFICER)
    place = controller if silence.is_controllers else host
    controller.check_output(f"samba-tool user disable {newcomer}")
    place.check_output(silence.begin)
    try:
        look()
        assert [sessions.is_open(its), sessions.is_open(others)] == [True, True]
    finally:
        place.check_output(silence.end)

    def is_ended() -> bool:
        look()
        return not sessions.is_open(its)

    assert soon(is_ended)
    assert sessions.is_open(others)


@pytest.fixture
def no_sssd(host: Host) -> Iterator[Callable[[], None]]:
    """SSSD is stopped and knows nobody any more; afterwards it learns of everybody again."""
    yield lambda: host.check_output("systemctl stop sssd && rm --force /var/lib/sss/db/* /var/lib/sss/mc/*") and None
    host.check_output("systemctl start sssd")


def test_a_member_that_knows_nobody_any_more_ends_nobodys_session_but_whose_a_controller_calls_out(
    controller: Host,
    sessions: Sessions,
    newcomer: str,
    open_for: Callable[[str], str],
    look: Callable[[], None],
    no_sssd: Callable[[], None],
) -> None:
    its, others = open_for(newcomer), sessions.open(OFFICER)
    no_sssd()
    look()
    assert [sessions.is_open(its), sessions.is_open(others)] == [True, True]
    controller.check_output(f"samba-tool user disable {newcomer}")
    look()
    assert soon(lambda: not sessions.is_open(its))
    assert sessions.is_open(others)
