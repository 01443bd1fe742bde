"""An account of the directory that the tests ask with, and what each of them asks."""

from collections.abc import Callable, Iterator

import pytest
from testinfra.backend.base import CommandResult
from testinfra.host import Host

PASSWORD = "Known-to-the-tests-alone"  # noqa: S105 # of an account that is gone when they are
SERVER = "dc-near-01.roles.ict.example"


def asked(host: Host, command: str) -> CommandResult:
    """What a tool answers that may refuse: Samba's end with 255 then, which would be taken for a lost connection."""
    return host.run("sh -c %s", f"{command} || exit 1")


@pytest.fixture(scope="module")
def officer(host: Host) -> Iterator[str]:
    """An account that anybody could have; it is gone when the tests are."""
    create = f"samba-tool user create officer-01 {PASSWORD}"
    host.check_output("sh -c %s", f"{create} || {{ samba-tool user delete officer-01 && {create}; }}")
    yield "officer-01"
    host.check_output("samba-tool user delete officer-01")


@pytest.fixture
def kinit(host: Host) -> Iterator[Callable[..., CommandResult]]:
    """Ask for a ticket by a password."""

    def ask(name: str, password: str, settings: str = "/etc/krb5.conf") -> CommandResult:
        command = f"echo %s | env KRB5_CONFIG={settings} KRB5CCNAME=/run/tried.ticket kinit %s"
        return host.run("sh -c %s", command % (password, name))

    yield ask
    host.run("rm --force /run/tried.ticket")


@pytest.fixture(scope="module")
def _other_tools(host: Host) -> None:
    """Another system's client of LDAP: Samba's own signs when it is told to, whatever it was asked."""
    host.check_output("apt-get install --yes --no-install-recommends ldap-utils libsasl2-modules-gssapi-mit")


@pytest.fixture
def ticket(officer: str, kinit: Callable[..., CommandResult]) -> str:
    """What a command that is to use the account's ticket begins with. Not all of Samba's tools heed their option for it."""
    assert kinit(officer, PASSWORD).rc == 0
    return "env KRB5CCNAME=FILE:/run/tried.ticket"
