"""Makes, renews or takes away the account of a computer: as root on a controller, where no password is needed for it.

Argument: `present`, `read` or `absent`. Standard input: JSON with computer (at most 15 characters), host (its full
name) and services (the kinds that it answers for, as host). `present` gives the computer a new random key that nobody
sees, and prints the keytab with it in base64. `read` prints the account's name where there is one.
"""

import base64
import json
import secrets
import struct
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import ldb
from samba import dsdb, enable_net_export_keytab
from samba.auth import system_session
from samba.net import Net
from samba.param import LoadParm
from samba.samdb import SamDB

Asked = Mapping[str, Any]

AES = {17, 18}  # aes128-cts-hmac-sha1-96 and aes256-cts-hmac-sha1-96 (RFC 3962)
AES_ONLY = "24"  # the same, as the directory counts them (MS-KILE 2.2.7)
FORMAT = b"\x05\x02"  # of keytabs (MIT Kerberos, "The Keytab Binary File Format")


class ForeignAccountError(Exception):
    """The name is in use for something else; the text says what for."""


def account(db: SamDB, asked: Asked) -> Any:
    """The computer's entry, None where there is none; refused where it is another one's."""
    only = f"(sAMAccountName={ldb.binary_encode(asked['computer'])}$)"
    found = db.search(db.domain_dn(), ldb.SCOPE_SUBTREE, only, ["*"])
    if not found:
        return None
    host = str(found[0].get("dNSHostName", idx=0) or asked["host"])
    if host.lower() != asked["host"].lower():
        raise ForeignAccountError(f"{asked['computer']}: {host} has this name, a computer's name is one host's alone")
    if not int(str(found[0]["userAccountControl"])) & dsdb.UF_WORKSTATION_TRUST_ACCOUNT:
        raise ForeignAccountError(f"{asked['computer']}: an account of another kind, it stays as it is")
    return found[0]


def names(asked: Asked) -> list[str]:
    """What others may ask tickets for."""
    return [f"{service}/{name}" for service in asked["services"] for name in (asked["host"], asked["computer"])]


def values(asked: Asked) -> dict[str, list[str]]:
    """What the entry says."""
    return {
        "dNSHostName": [asked["host"]],
        "servicePrincipalName": names(asked),
        "msDS-SupportedEncryptionTypes": [AES_ONLY],
        "operatingSystem": ["Debian"],
        "userAccountControl": [str(dsdb.UF_WORKSTATION_TRUST_ACCOUNT)],  # and neither disabled nor trusted any further
    }


def write(db: SamDB, asked: Asked) -> None:
    """Have the entry say what it should, and give it a new key: all of it or nothing."""
    db.transaction_start()
    try:
        if (found := account(db, asked)) is None:
            unit = db.get_wellknown_dn(db.get_default_basedn(), dsdb.DS_GUID_COMPUTERS_CONTAINER)
            name = f"CN={asked['computer']},{unit}"
            db.add({"dn": name, "objectClass": "computer", "sAMAccountName": f"{asked['computer']}$", **values(asked)})
        else:
            change(db, found, {**values(asked), "lockoutTime": ["0"]})  # its outdated keys may have locked it
        password = f"{secrets.token_urlsafe(90)}aA1"
        db.setpassword(f"(sAMAccountName={ldb.binary_encode(asked['computer'])}$)", password)
    except BaseException:
        db.transaction_cancel()
        raise
    db.transaction_commit()


def change(db: SamDB, entry: Any, wanted: Mapping[str, list[str]]) -> None:
    """Give attributes of an entry these values."""
    message = ldb.Message(entry.dn)
    for name, given in wanted.items():
        message[name] = ldb.MessageElement(given, ldb.FLAG_MOD_REPLACE, name)
    db.modify(message)


def entries(content: bytes) -> Iterator[bytes]:
    """Each of a keytab's."""
    place = len(FORMAT)
    while place < len(content):
        (size,) = struct.unpack_from(">i", content, place)
        yield content[place : place + 4 + abs(size)]
        place += 4 + abs(size)


def kind(entry: bytes) -> int:
    """The kind of an entry's key: it stands behind the name, its own kind, the time and the key's number."""
    place = 6
    for _ in range(struct.unpack_from(">H", entry, 4)[0] + 1):
        place += 2 + int(struct.unpack_from(">H", entry, place)[0])
    return int(struct.unpack_from(">H", entry, place + 9)[0])


def keytab(settings: LoadParm, asked: Asked) -> bytes:
    """The computer's keys of the kinds that are in use."""
    enable_net_export_keytab()
    with tempfile.TemporaryDirectory(dir="/run") as folder:
        path = Path(folder) / "keytab"
        for principal in (f"{asked['computer']}$", *names(asked)):
            Net(None, settings).export_keytab(keytab=str(path), principal=principal)
        return FORMAT + b"".join(entry for entry in entries(path.read_bytes()) if kind(entry) in AES)


def main(verb: str) -> None:
    """Do what is asked, and print what there is to say of it."""
    settings = LoadParm()
    settings.load_default()
    db = SamDB(session_info=system_session(settings), lp=settings)
    asked = json.load(sys.stdin)
    try:
        found = account(db, asked)
        if verb == "present":
            write(db, asked)
            sys.stdout.write(base64.b64encode(keytab(settings, asked)).decode())
        elif found is not None and verb == "absent":
            db.delete(found.dn, ["tree_delete:1"])
        elif found is not None:
            sys.stdout.write(f"{asked['computer']}\n")
    except ForeignAccountError as refusal:
        sys.exit(str(refusal))


main(sys.argv[1])
