#!/usr/bin/python3
"""Copies SYSVOL (group policies, logon scripts) from the controller that holds the role of PDC emulator to this one.

Samba replicates the directory and leaves SYSVOL to whoever runs it. Each controller asks by its own machine account,
over SMB with Kerberos, so that there is no further key to keep. Nothing is taken away before all was read. Policies are
to be edited on the PDC emulator: what is edited elsewhere is gone with the next copy.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import ldb
from samba.auth import system_session
from samba.credentials import MUST_USE_KERBEROS, Credentials
from samba.param import LoadParm
from samba.samba3 import libsmb_samba_internal as libsmb
from samba.samba3 import param
from samba.samdb import SamDB

SYSVOL = Path("/var/lib/samba/sysvol")
UNFINISHED = Path("/var/lib/samba/directory.sysvol")  # there from the first write until the rules of access are set
FOLDER = 0x10  # FILE_ATTRIBUTE_DIRECTORY (MS-FSCC 2.6)


def pdc_emulator(db: SamDB) -> str:
    """The full name of the controller that holds the role."""
    (domain,) = db.search(db.get_default_basedn(), ldb.SCOPE_BASE, attrs=["fSMORoleOwner"])
    owner = ldb.Dn(db, str(domain["fSMORoleOwner"])).parent()
    (server,) = db.search(owner, ldb.SCOPE_BASE, attrs=["dNSHostName"])
    return str(server["dNSHostName"]).lower()


def connect(server: str, parameters: LoadParm) -> libsmb.Conn:
    """SYSVOL of a controller, with the credentials of this host's account."""
    credentials = Credentials()
    credentials.guess(parameters)
    credentials.set_machine_account(parameters)
    credentials.set_kerberos_state(MUST_USE_KERBEROS)
    files = param.get_context()
    files.load(parameters.configfile)
    return libsmb.Conn(server, "sysvol", lp=files, creds=credentials)


def walk(share: libsmb.Conn, folder: str = "") -> Iterator[tuple[Path, bytes | None]]:
    """Each folder, without content, and each file of the share, by its path in it."""
    for entry in share.list(folder):
        remote = f"{folder}\\{entry['name']}"
        path = Path(*remote.split("\\"))
        if entry["attrib"] & FOLDER:
            yield path, None
            yield from walk(share, remote)
        else:
            yield path, share.loadfile(remote)


def write(path: Path, content: bytes | None) -> bool:
    """Have a folder or a file as it is there; whether it was different here."""
    if path.is_dir() == (content is None) and path.exists() and (content is None or path.read_bytes() == content):
        return False
    UNFINISHED.touch()
    remove(path)
    if content is None:
        path.mkdir()
        return True
    beside = path.with_name(f"{path.name}.unfinished")
    beside.write_bytes(content)
    beside.rename(path)
    return True


def remove(path: Path) -> None:
    """Take a file or a folder away."""
    if path.is_dir():
        for inner in path.iterdir():
            remove(inner)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def copy(share: libsmb.Conn) -> int:
    """Copy what differs and take away what is gone; how many there were."""
    found = dict(walk(share))
    written = [path for path, content in found.items() if write(SYSVOL / path, content)]
    gone = [path for path in SYSVOL.rglob("*") if path.relative_to(SYSVOL) not in found]
    for path in gone:
        remove(path)
    return len(written) + len(gone)


def main() -> None:
    """Copy, and set the rules of access of what was written: they do not come with the files."""
    parameters = LoadParm()
    parameters.load_default()
    db = SamDB(session_info=system_session(parameters), lp=parameters)
    server = pdc_emulator(db)
    if server == db.host_dns_name().lower():
        return
    changed = copy(connect(server, parameters))
    if changed or UNFINISHED.exists():
        subprocess.run(["samba-tool", "ntacl", "sysvolreset"], check=True, capture_output=True)
        UNFINISHED.unlink(missing_ok=True)
        sys.stdout.write(f"{changed} of {server}\n")


main()
