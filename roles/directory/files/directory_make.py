"""Makes this host a controller: the first one of a new domain, or a further one of a domain that is served.

Standard input: JSON with computer, address, site, realm, domain, is_first, others (name and address), password, and for
a further controller the numbers of accounts (idmap.ldb) of one that serves, gzip in base64. The password comes no other
way, and the tool that makes the domain runs inside this process, so that no list of processes shows it.

Nothing that was in service is ever made anew: `directory.begun` is there from the beginning to the end of the making,
and `directory.made` from then on. A controller that was restored from a backup (`directory.restored`) is
itself again when it is made. `directory.again`: there was a controller of this name before, and the others have not
been told yet.
"""

import base64
import gzip
import io
import json
import shutil
import socket
import subprocess
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from samba.netcmd.main import cmd_sambatool

STATE = Path("/var/lib/samba")
PRIVATE = STATE / "private"
BEGUN, MADE, RESTORED, AGAIN = (STATE / f"directory.{mark}" for mark in ("begun", "made", "restored", "again"))
PORTS = (53, 88, 389, 445, 636, 3268)  # of a controller that can be joined: the global catalogue comes last
PATIENCE_S = 300
ASK_S = 3


class Refused(Exception):  # noqa: N818 # named in words, as elsewhere
    """What was asked for would break a rule."""


def is_serving(address: str) -> bool:
    """Whether a controller serves there. OSError of a host that says nothing: it may serve unseen from here."""
    try:
        for port in PORTS:
            socket.create_connection((address, port), timeout=ASK_S).close()
    except ConnectionRefusedError:
        return False
    return True


def serving(asked: dict[str, Any]) -> list[str]:
    """The names of the other controllers that serve."""
    found, silent = [], []
    for other in asked["others"]:
        try:
            found += [other["name"]] if is_serving(other["address"]) else []
        except OSError:
            silent.append(other["name"])
    if not found and silent and asked["is_first"]:
        raise Refused(
            f"{', '.join(silent)}: no answer, so it is not known whether the domain is served; "
            "a second domain of the same name is never made: bring it up, or take it out of directory_controllers"
        )
    return found


def source(asked: dict[str, Any]) -> str | None:
    """The name of the controller to join, or none for a new domain. Waits for one that may just be starting."""
    until = time.monotonic() + PATIENCE_S
    while True:
        found = serving(asked)
        if found or asked["is_first"]:
            return found[0] if found else None
        if time.monotonic() > until:
            raise Refused(f"{asked['computer']}: no other controller serves, a further controller joins one that does")
        time.sleep(1)


def clear() -> None:
    """Take away what a file server's packages or an interrupted making left."""
    subprocess.run(["systemctl", "stop", "samba-ad-dc", "smbd", "nmbd", "winbind"], check=True)
    for folder in (PRIVATE, STATE / "sysvol", STATE / "bind-dns"):
        for path in folder.iterdir() if folder.is_dir() else ():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for path in (*STATE.glob("*.tdb"), *Path("/var/cache/samba").glob("*.tdb")):
        path.unlink()


def samba_tool(*arguments: str) -> str:
    """Run samba-tool within this process, for what it says; why it failed is on the standard error."""
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            status = cmd_sambatool()._run("samba-tool", *arguments)  # noqa: SLF001 # as samba-tool itself does
    except SystemExit as end:
        status = end.code
    sys.stderr.write(said.getvalue())
    if status:
        raise Refused(f"samba-tool {' '.join(arguments[:2])}: ended with {status}")
    return said.getvalue()


def make(asked: dict[str, Any]) -> str:
    """Provision or join, and say which."""
    joined = source(asked)
    if joined and not asked["ids"]:
        raise Refused(f"{joined}: its numbers of accounts are unknown, further controllers begin with the same ones")
    clear()
    where = [f"--site={asked['site']}", "--dns-backend=SAMBA_INTERNAL"]
    if joined is None:
        own = [f"--host-name={asked['computer']}", f"--host-ip={asked['address']}"]
        domain = [f"--realm={asked['realm']}", f"--domain={asked['domain']}", f"--adminpass={asked['password']}"]
        samba_tool("domain", "provision", "--server-role=dc", "--use-rfc2307", *own, *domain, *where)
        return "made the domain"
    credentials = f"--username=Administrator%{asked['password']}"
    said = samba_tool("domain", "join", asked["realm"].lower(), "DC", credentials, *where)
    if "Deleted CN=" in said:  # the account of the one before
        AGAIN.touch()
    (PRIVATE / "idmap.ldb").write_bytes(gzip.decompress(base64.b64decode(asked["ids"])))
    return f"joined the domain of {joined}"


def main() -> int:
    """Make the controller, unless it is made."""
    asked = json.load(sys.stdin)
    if MADE.exists():
        return 0
    if (PRIVATE / "sam.ldb").exists() and not BEGUN.exists():
        raise Refused(f"{PRIVATE}/sam.ldb: another one's directory; `touch {MADE}` has it kept as this controller's")
    BEGUN.touch()
    done = make(asked)
    RESTORED.unlink(missing_ok=True)
    BEGUN.rename(MADE)
    sys.stdout.write(f"{done}\n")
    return 0


try:
    sys.exit(main())
except Refused as refused:
    sys.stderr.write(f"{refused}\n")
    sys.exit(1)
