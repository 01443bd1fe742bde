#!/usr/bin/python3
"""The roles of the domain (FSMO), of which each has one controller that holds it.

    directory-roles show          every role and its holder, one a line
    directory-roles missing       the same of those that this controller does not hold
    directory-roles take ROLE     this controller holds it from now on

A holder that answers hands its role over. One that does not has lost it, and must be made anew before it serves again:
it would go on giving out what the new holder gives out too. Both go by this controller's own account, so that no
password is needed.
"""

import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

MADE = Path("/var/lib/samba/directory.made")
PORTS = (135, 389)  # a holder hands over by both
ASK_S = 5
NOBODY = "nobody"
ENTERED = ("domaindns", "forestdns")
"""Names in the directory and nothing more: no controller keeps anything for them, and a holder lets only administrators
write there, by their password. So the new holder writes its own name, and the others learn of it."""


class Refused(Exception):  # noqa: N818 # named in words, as elsewhere
    """What was asked for cannot be done."""


def objects(db: SamDB) -> dict[str, str]:
    """Where the holder of each role is written (MS-ADTS 3.1.1.1.11), in the order in which the roles are taken."""
    domain, config = str(db.domain_dn()), str(db.get_config_basedn())
    return {
        "rid": f"CN=RID Manager$,CN=System,{domain}",
        "pdc": domain,
        "naming": f"CN=Partitions,{config}",
        "infrastructure": f"CN=Infrastructure,{domain}",
        "schema": str(db.get_schema_basedn()),
        "domaindns": f"CN=Infrastructure,DC=DomainDnsZones,{domain}",
        "forestdns": f"CN=Infrastructure,DC=ForestDnsZones,{db.get_root_basedn()}",
    }


def holder(db: SamDB, place: str) -> str:
    """The full name of the controller that holds a role; nobody where it is no controller any more."""
    (row,) = db.search(place, ldb.SCOPE_BASE, attrs=["fSMORoleOwner"])
    try:
        owner = ldb.Dn(db, str(row["fSMORoleOwner"])).parent()
        (server,) = db.search(owner, ldb.SCOPE_BASE, attrs=["dNSHostName"])
        return str(server["dNSHostName"]).lower()
    except (ldb.LdbError, KeyError, ValueError):  # it is deleted
        return NOBODY


def holders(db: SamDB) -> dict[str, str]:
    """Every role's holder, as this controller knows it."""
    return {role: holder(db, place) for role, place in objects(db).items()}


def answers(server: str) -> bool:
    """Whether a controller can hand over."""
    try:
        for port in PORTS:
            socket.create_connection((server, port), timeout=ASK_S).close()
    except OSError:
        return False
    return True


def take(db: SamDB, role: str) -> str:
    """Hold a role, and say how it came here."""
    own = str(db.host_dns_name()).lower()
    before = holder(db, objects(db)[role])
    if before == own:
        return f"{role}: is held here already"
    is_there = role not in ENTERED and before != NOBODY and answers(before)
    how = ["transfer"] if is_there else ["seize", "--force"]
    done = subprocess.run(
        ["samba-tool", "fsmo", *how, f"--role={role}", "--machine-pass"], capture_output=True, text=True, check=False
    )
    if done.returncode or holder(db, objects(db)[role]) != own:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Refused(f"{role}: could not be had from {before}: {' '.join(said)}")
    words = "entered, was with" if role in ENTERED else "handed over by" if is_there else "seized from"
    return f"{role}: {words} {before}"


def listed(found: Mapping[str, str]) -> str:
    """Roles and holders in lines."""
    return "\n".join(f"{role} {server}" for role, server in found.items())


def missing(db: SamDB) -> dict[str, str]:
    """The roles that this controller does not hold."""
    own = str(db.host_dns_name()).lower()
    return {role: server for role, server in holders(db).items() if server != own}


def main(arguments: list[str]) -> None:
    """Do what was asked for."""
    if not MADE.exists():
        raise Refused(f"{socket.gethostname()}: is no controller, roles are held by controllers")
    parameters = LoadParm()
    parameters.load_default()
    db = SamDB(session_info=system_session(parameters), lp=parameters)
    verbs: dict[str, Callable[[], str]] = {
        "show": lambda: listed(holders(db)),
        "missing": lambda: listed(missing(db)),
        "take": lambda: take(db, arguments[1]),
    }
    said = verbs[arguments[0]]()
    sys.stdout.write(f"{said}\n" if said else "")


try:
    main(sys.argv[1:])
except Refused as refused:
    sys.stderr.write(f"{refused}\n")
    sys.exit(1)
