"""People of the directory, and the ways by which they log in to the member."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import testinfra
from testinfra.backend.base import CommandResult
from testinfra.host import Host

PASSWORD = "Known-to-these-tests-alone"  # noqa: S105 # of accounts that are gone when they are
WRONG = "Wrong-but-long-enough"
MEMBER = "role-sign-on.roles.ict.example"
OFFICER, ENGINEER, STRANGER = "tried.officer", "tried.engineer", "tried.stranger"
GROUPS = {"tried_officers": [OFFICER], "tried engineers": [ENGINEER]}
PATIENCE_S = 180
"""Until what was changed in the directory is so on the member: generous, since it is no measurement."""


@dataclass(frozen=True)
class Logins:
    """Who logs in to the member from itself; whoever asks is root, so that no key helps."""

    host: Host

    def ssh(self, before: str, options: str, after: str) -> CommandResult:
        """What ssh answers. It ends with 255 when it is refused, which would be taken for a lost connection."""
        return self.host.run("sh -c %s", f"{before} ssh -n {options} {after} || exit 1")

    def by_password(self, login: str, command: str = "id --user --name", password: str = PASSWORD) -> CommandResult:
        """Over ssh, by a password that is typed."""
        options = "-o StrictHostKeyChecking=no -o PreferredAuthentications=password -o NumberOfPasswordPrompts=1"
        return self.ssh(f"SSHPASS={password} sshpass -e", options, f"{login}@localhost '{command}'")

    def take_ticket(self, login: str) -> None:
        """As whoever logged in at a desk has one."""
        self.host.check_output("sh -c %s", f"echo {PASSWORD} | KRB5CCNAME=/run/tried.ticket kinit {login}")

    def by_ticket(self, login: str, command: str = "id --user --name") -> CommandResult:
        """Over ssh, by the ticket that was taken, to a host that nobody trusts yet."""
        options = "-o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/dev/null"
        return self.ssh("KRB5CCNAME=/run/tried.ticket", options, f"{login}@role-sign-on '{command}'")

    def by_key(self, login: str, key: str) -> CommandResult:
        """Over ssh, by a key that lies on the member."""
        options = "-o BatchMode=yes -o StrictHostKeyChecking=no -o GSSAPIAuthentication=no"
        return self.ssh("", f"{options} -i {key}", f"{login}@localhost true")

    def in_session(self, login: str, command: str) -> CommandResult:
        """In a session that began before."""
        return self.host.run("sh -c %s", f"runuser --user {login} -- sh -c '{command}'")


def soon(is_so: Callable[[], bool]) -> bool:
    """Whether something becomes true before patience ends."""
    end = time.monotonic() + PATIENCE_S
    while not (answer := is_so()) and time.monotonic() < end:
        time.sleep(0.3)
    return answer


@pytest.fixture(scope="session")
def controller() -> Host:
    """The host of the directory."""
    inventory = os.environ["MOLECULE_INVENTORY_FILE"]
    found: Host = testinfra.get_host(f"ansible://role-sign-on-directory?ansible_inventory={inventory}")
    return found


@pytest.fixture(scope="session", autouse=True)
def _people(controller: Host) -> None:
    """Accounts that anybody could have, and their groups. They stay, so that the tests can be run again."""
    for login in (OFFICER, ENGINEER, STRANGER):
        tool(controller, f"user create {login} {PASSWORD}")
    for group, logins in GROUPS.items():
        tool(controller, f"group add '{group}'")
        tool(controller, f"group addmembers '{group}' {','.join(logins)}")


def tool(controller: Host, command: str) -> CommandResult:
    """What Samba's tool says. It ends with 255 when it refuses, which would be taken for a lost connection."""
    return controller.run("sh -c %s", f"samba-tool {command} || exit 1")


def forget(controller: Host, login: str) -> None:
    """Have no such account."""
    tool(controller, f"user delete {login}")


def make(controller: Host, login: str) -> None:
    """Have such an account, which may log in."""
    controller.check_output(f"samba-tool user create {login} {PASSWORD}")
    controller.check_output(f"samba-tool group addmembers tried_officers {login}")


@pytest.fixture
def logins(host: Host) -> Iterator[Logins]:
    """The ways to log in; no ticket is left."""
    yield Logins(host)
    host.run("rm --force /run/tried.ticket")


@pytest.fixture(scope="module", autouse=True)
def _other_tools(host: Host) -> None:
    """For ssh a password comes from a terminal."""
    host.check_output("apt-get install --yes --no-install-recommends sshpass")
