"""Reads or makes the account of the provider, on a controller of the directory: `read` or `apply`.

Standard input: JSON with account, description, mark, service (HTTP/NAME), password, and version, the number of the key
in the host's keytab (0 for none). `read` prints what is not as it should be, one word a line; `apply` sets it and
prints the keytab in base64. The password comes no other way. What others set on the account, further names too, stays.
"""

import base64
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import ldb
from samba import dsdb
from samba.auth import system_session
from samba.credentials import Credentials
from samba.dckeytab import *  # noqa: F403 # gives Net its export_keytab
from samba.net import Net
from samba.param import LoadParm
from samba.samdb import SamDB

REFUSED = 2  # the status of a controller that answers and says no
AES_ONLY = "24"  # bits 3 and 4 of msDS-SupportedEncryptionTypes
NEVER_EXPIRES = dsdb.UF_NORMAL_ACCOUNT | dsdb.UF_DONT_EXPIRE_PASSWD
Asked = dict[str, Any]


class Refused(Exception):  # noqa: N818 # named in words, as elsewhere
    """What was asked for would break a rule."""


class Account:
    """The account in the controller's own copy of the directory."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.settings = asked, LoadParm()
        self.settings.load_default()
        rights = Credentials()
        rights.guess(self.settings)
        self.database = SamDB(session_info=system_session(), credentials=rights, lp=self.settings)
        self.only = f"(&(objectClass=user)(sAMAccountName={ldb.binary_encode(asked['account'])}))"

    def found(self) -> Any:
        """Its entry, or none. Refuses a service that is another account's: no ticket for it would be granted."""
        others = self.database.search(
            expression=f"(servicePrincipalName={self.asked['service']})", attrs=["sAMAccountName"]
        )
        for other in others:
            if str(other["sAMAccountName"]).lower() != self.asked["account"].lower():
                raise Refused(
                    f"{self.asked['service']}: belongs to {other['sAMAccountName']}, a service has one account"
                )
        attributes = [
            "servicePrincipalName",
            "msDS-SupportedEncryptionTypes",
            "msDS-KeyVersionNumber",
            "userAccountControl",
        ]
        rows = self.database.search(expression=self.only, attrs=attributes)
        return rows[0] if rows else None

    def is_password(self) -> bool:
        """Whether the account's keys are those of the password asked for.

        They are compared here, since a login that is wrong would count, towards a lock too. The salt is the realm and
        the account's name (RFC 4120, 4).
        """
        login = Credentials()
        login.set_password(self.asked["password"])
        key = login.get_aes256_key(self.settings.get("realm") + self.asked["account"])
        return key in self.keytab(self.asked["account"])

    def differences(self) -> list[str]:
        """What is not as it should be."""
        entry = self.found()
        if entry is None:
            return ["account", "password", "keytab"]
        names = {str(name).lower() for name in entry.get("servicePrincipalName", ())}
        is_right = {
            "service": self.asked["service"].lower() in names,
            "encryption": str(entry.get("msDS-SupportedEncryptionTypes", "")) == AES_ONLY,
            "enabled": not int(str(entry["userAccountControl"])) & dsdb.UF_ACCOUNTDISABLE,
        }
        wrong = [name for name, right in is_right.items() if not right]
        if not self.is_password():
            wrong.append("password")
        is_same_key = int(str(entry["msDS-KeyVersionNumber"])) == self.asked["version"]
        return [*wrong, *([] if is_same_key and not wrong else ["keytab"])]

    def make(self) -> None:
        """A new account, which nobody logs in with until it has its password."""
        base = f"CN=Users,{self.database.domain_dn()}"
        entry = {
            "objectClass": "user",
            "sAMAccountName": self.asked["account"],
            "description": self.asked["description"],
            **({"adminDescription": self.asked["mark"]} if self.asked["mark"] else {}),
        }
        self.database.add({"dn": f"CN={self.asked['account']},{base}", **entry})

    def set(self, wrong: list[str]) -> None:
        """All that is wrong, but for the keytab; the kinds of keys come before the password."""
        entry = self.found()
        message = ldb.Message(entry.dn)
        message["kinds"] = ldb.MessageElement(AES_ONLY, ldb.FLAG_MOD_REPLACE, "msDS-SupportedEncryptionTypes")
        if {"account", "service"} & {*wrong}:
            message["service"] = ldb.MessageElement(self.asked["service"], ldb.FLAG_MOD_ADD, "servicePrincipalName")
        self.database.modify(message)
        if "enabled" in wrong or "password" in wrong:
            self.database.setpassword(self.only, self.asked["password"], force_change_at_next_login=False)
            flags = ldb.Message(entry.dn)
            flags["flags"] = ldb.MessageElement(str(NEVER_EXPIRES), ldb.FLAG_MOD_REPLACE, "userAccountControl")
            self.database.modify(flags)

    def keytab(self, principal: str) -> bytes:
        """The keys of the account under one of its names."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "keytab"
            Net(None, self.settings).export_keytab(keytab=str(path), principal=principal)
            return path.read_bytes()


def apply(account: Account) -> str:
    """Make and set as a whole or not at all; the keytab in base64."""
    wrong = account.differences()
    account.database.transaction_start()
    try:
        if "account" in wrong:
            account.make()
        account.set(wrong)
    except BaseException:
        account.database.transaction_cancel()
        raise
    account.database.transaction_commit()
    return base64.b64encode(account.keytab(account.asked["service"])).decode()


def main(act: str) -> int:
    """Read or apply."""
    account = Account(json.load(sys.stdin))
    try:
        said = "\n".join(account.differences()) if act == "read" else apply(account)
    except (Refused, ldb.LdbError) as error:
        sys.stderr.write(f"{error.args[-1]}\n")
        return REFUSED
    sys.stdout.write(f"{said}\n" if said else "")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
