#!/usr/bin/python3
"""Ends the provider's sessions of accounts that may no longer log in: disabled, past their last day, or gone.

The provider itself asks about an account at the login and never again. This asks the directory about the accounts of
all open sessions, and takes away those that it does not vouch for: the provider then renews no token for them. A
directory that does not answer ends nobody's session. Runs as the provider's account, by web-sign-on-ended.timer.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ldap
from ldap.filter import escape_filter_chars

STATE = Path("/var/lib/lemonldap-ng")
EPOCH_S = 11_644_473_600  # from 1601 to 1970: a directory counts tenths of microseconds since 1601
PATIENCE_S = 10
Settings = dict[str, Any]


def configuration() -> Settings:
    """What the provider itself is told."""
    newest = max((STATE / "conf").glob("lmConf-*.json"), key=lambda path: int(path.stem.removeprefix("lmConf-")))
    settings: Settings = json.loads(newest.read_text(encoding="utf-8"))
    return settings


def sessions() -> Iterator[tuple[Path, str]]:
    """File and account of each open session; what else is kept there (codes, tokens) is none."""
    for path in (STATE / "sessions").iterdir():
        try:
            said = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (OSError, ValueError):  # just ended, or just being written
            continue
        if said.get("_session_kind") == "SSO" and said.get("_user"):
            yield path, str(said["_user"])


def directory(settings: Settings) -> ldap.ldapobject.LDAPObject:
    """The first controller that answers. ldap.SERVER_DOWN where none does."""
    for server in settings["ldapServer"].split(", "):
        found = ldap.initialize(server)
        found.set_option(ldap.OPT_NETWORK_TIMEOUT, PATIENCE_S)
        found.set_option(ldap.OPT_TIMEOUT, PATIENCE_S)
        found.set_option(ldap.OPT_REFERRALS, 0)
        found.set_option(ldap.OPT_X_TLS_CACERTFILE, settings["ldapCAFile"])
        found.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        found.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        try:
            found.simple_bind_s(settings["managerDn"], settings["managerPassword"])
        except (ldap.SERVER_DOWN, ldap.TIMEOUT, ldap.UNAVAILABLE) as error:
            sys.stderr.write(f"{server}: {error.args[0].get('desc')}, asking the next controller\n")
            continue
        return found
    raise ldap.SERVER_DOWN({"desc": "no controller answers"})


def may_log_in(connection: ldap.ldapobject.LDAPObject, settings: Settings, login: str) -> bool:
    """By the rule that logins obey, and by the account's last day, which that rule cannot ask about."""
    now = int((time.time() + EPOCH_S) * 10_000_000)
    rule = settings["LDAPFilter"].replace("$user", escape_filter_chars(login))
    lasts = f"(|(!(accountExpires=*))(accountExpires=0)(accountExpires>={now}))"
    found = connection.search_s(settings["ldapBase"], ldap.SCOPE_SUBTREE, f"(&{rule}{lasts})", ["cn"])
    return any(name for name, _ in found)


def main() -> int:
    """Look at all sessions once."""
    settings, found = configuration(), list(sessions())
    if not found:
        return 0
    try:
        connection = directory(settings)
        ended = {login for login in {login for _, login in found} if not may_log_in(connection, settings, login)}
    except ldap.LDAPError as error:
        sys.stderr.write(f"directory: {error}, no session is ended\n")
        return 1
    for path, login in found:
        if login in ended:
            sys.stdout.write(f"{login}: may no longer log in, its session is ended\n")
            path.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
