"""People of the lab's directory as tests need them: each with a password that the test run alone knows, and the ways they log in."""

import base64
import json
import secrets
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyops.lab import hosts

from .conftest import Site3

SITES = ("banbury", "towcester", "stratford")
DESKS = {"banbury": "cdc-d0001", "towcester": "snc-d0001", "stratford": "sdc-d0001"}
SERVERS = {site: f"{site}-application-01" for site in SITES}
CONTROLLERS = {site: f"{site}-directory-01" for site in SITES}
PATIENCE_S = 120
"""How long a test waits for what is bound to come: generous, since it is no promise."""
LEFT_BEHIND = "sleep 424242"
SET_PASSWORDS = """
import json, sys
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
settings = LoadParm()
settings.load_default()
database = SamDB(session_info=system_session(settings), lp=settings)
for login, password in json.load(sys.stdin).items():
    database.setpassword(f"(sAMAccountName={login})", password, force_change_at_next_login=False)
"""

GET_TICKETS = """
export KRB5CCNAME="FILE:$(mktemp)"
kinit "$0" >&2 && kvno "$@" >&2 && base64 "${KRB5CCNAME#FILE:}" && kdestroy
"""


@dataclass(frozen=True)
class Officer:
    """Somebody with an account, at a desk."""

    site: Site3
    login: str
    password: str

    def at(self, desk: str, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command on a desk as who sits there."""
        return self.site.tried(desk, "runuser", "--user", self.login, "--", *command, stdin=stdin)

    def signs_in(self, desk: str) -> subprocess.CompletedProcess[str]:
        """Get a ticket by the password, as a login at the desk does."""
        return self.at(desk, "kinit", self.login, stdin=f"{self.password}\n")

    def ssh(
        self, desk: str, server: str, command: str = "id --user --name", stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Go on to a server by the ticket alone: no password, no key, no host key that was trusted before."""
        options = ["-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=10"]
        return self.at(desk, "ssh", *options, server, command, stdin=stdin)

    def is_let_in(self, desk: str, server: str) -> bool:
        return self.ssh(desk, server).stdout.strip() == self.login

    def stays(self, desk: str, server: str) -> None:
        """Open a session on a server, leave a program there that runs by itself, and stay."""
        options = "-o BatchMode=yes -o UserKnownHostsFile=/dev/null -o ConnectTimeout=10"
        command = f"setsid nohup {LEFT_BEHIND} > /dev/null 2>&1 & exec sleep 100000"
        self.at(desk, "sh", "-c", f"setsid ssh {options} {server} '{command}' < /dev/null > /dev/null 2>&1 &")

    def sudo(self, desk: str, server: str) -> subprocess.CompletedProcess[str]:
        """Become root on a server, by the ticket and then by the password."""
        return self.ssh(desk, server, "sudo --stdin --prompt= id --user", stdin=f"{self.password}\n")

    def share(self, desk: str, site: str) -> subprocess.CompletedProcess[str]:
        """List what a site's controller shares, by the ticket alone."""
        address = f"//{site}-dc01.lab.ict.example/sysvol"
        return self.at(desk, "smbclient", "--use-kerberos=required", address, "--command=ls")

    def web(self, desk: str, site: str) -> str:
        """How a visit to a site's web system ended: the status, and where."""
        options = ["--silent", "--negotiate", "--user", ":", "--location", "--location-trusted", "--cookie", ""]
        options += ["--max-time", "30", "--output", "/dev/null", "--write-out", "%{http_code} %{url_effective}"]
        return self.at(desk, "curl", *options, f"https://{SERVERS[site]}.lab.ict.example/").stdout

    def tickets(self, desk: str, *services: str) -> bytes:
        """What a login at a desk and visits to services leave there, as a credential cache of its own."""
        got = self.at(desk, "sh", "-c", GET_TICKETS, self.login, *services, stdin=f"{self.password}\n")
        assert got.returncode == 0, got.stderr
        return base64.b64decode(got.stdout)

    def leaves(self, desk: str) -> None:
        self.at(desk, "kdestroy", "-A")


def is_anybody_left(site: Site3, server: str) -> bool:
    """Whether what somebody left behind still runs on a server."""
    return site.tried(server, "pgrep", "--full", "--exact", LEFT_BEHIND).returncode == 0


def officer(site: Site3, login: str, controller: str = "banbury-directory-01") -> Officer:
    """Somebody who has an account, with a password set anew as the desk that resets passwords does."""
    made = reset(site, login, controller)
    settle(site, login)
    return made


def reset(site: Site3, login: str, controller: str) -> Officer:
    """A new password, on one controller; the others learn of it."""
    made = Officer(site, login, new_password())
    site.run(controller, "samba-tool", "user", "unlock", login)
    site.run(controller, "python3", "-c", SET_PASSWORDS, stdin=json.dumps({login: made.password}))
    return made


def new_password() -> str:
    """One that any rules of a directory take."""
    return f"{secrets.token_urlsafe(16)}-Aa1"


def settle(site: Site3, login: str) -> float:
    """Seconds until all controllers that run knew the same password: to try before counts as a wrong one, and locks the account."""
    running = [name for name in site.names if "-directory-" in name and hosts.is_running(site.lab, name)]
    return soon(lambda: "" not in (found := {password_set(site, login, name) for name in running}) and len(found) == 1)


def password_set(site: Site3, login: str, controller: str) -> str:
    """When the password was last set, as a controller knows it; empty where it knows no such account."""
    ask = ["samba-tool", "user", "show", login, "--attributes=pwdLastSet"]
    shown = site.run(controller, *ask, check=False).splitlines()
    return next((line for line in shown if line.startswith("pwdLastSet: ")), "")


def joiner(site: Site3, login: str, group: str, controller: str) -> Officer:
    """Somebody new in a group, with a password."""
    newcomer(site, login, controller)
    site.run(controller, "samba-tool", "group", "addmembers", group, login)
    return reset(site, login, controller)


def newcomer(site: Site3, login: str, controller: str) -> None:
    """An account made on one controller; `settle` waits for the others, `leaver` takes it away again."""
    leaver(site, login, controller)
    site.run(controller, "samba-tool", "user", "create", login, "--random-password")


def leaver(site: Site3, login: str, controller: str) -> None:
    """Nobody has this account any more."""
    site.run(controller, "samba-tool", "user", "delete", login, check=False)


def is_well(one: Officer, site: str, servers: Sequence[str]) -> bool:
    """Whether somebody gets a new ticket at a site's desk by the password, and servers open by it."""
    desk = DESKS[site]
    return one.signs_in(desk).returncode == 0 and all(one.is_let_in(desk, SERVERS[server]) for server in servers)


def is_served(one: Officer, site: str, others: Sequence[str]) -> bool:
    """Whether shares and web systems open by the ticket that somebody has at a site's desk, and whether root may be had."""
    desk = DESKS[site]
    return all(
        "lab.ict.example" in one.share(desk, other).stdout
        and one.web(desk, other) == f"200 https://{SERVERS[other]}.lab.ict.example/"
        and one.sudo(desk, SERVERS[other]).stdout == "0\n"
        for other in others
    )


def names(site: Site3, controller: str, kind: str, check: bool = True) -> list[str]:
    """The users, groups or computers that a controller has, sorted."""
    return sorted(site.run(controller, "samba-tool", kind, "list", check=check).split("\n"))


def soon(is_so: Callable[[], bool], within: float = PATIENCE_S) -> float:
    """Seconds until something was so; fails when it does not come."""
    begin = time.monotonic()
    while not is_so():
        assert time.monotonic() - begin < within, f"not so within {within:g} s"
        time.sleep(0.2)
    return time.monotonic() - begin
