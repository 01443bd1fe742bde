"""The controller's own copy of the directory: what is found there, what is ours of it, and how values are set."""

from collections.abc import Mapping
from typing import Any

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

Step = Mapping[str, Any]
Values = Mapping[str, list[str]]

MARK = "adminDescription"
"""`pyops ESTATE KIND`: what is marked is managed, by that estate."""
SINCE = "adminDisplayName"
"""`disabled DATE` where the plan has disabled an account; none where somebody did by hand."""


class StepRefusedError(Exception):
    """A step that may not be done; the text says why."""


class Directory:
    """The controller's own copy of the directory."""

    def __init__(self, estate: str = "") -> None:
        settings = LoadParm()
        settings.load_default()
        self.database = SamDB(session_info=system_session(settings), lp=settings)
        self.base = str(self.database.domain_dn())
        self.realm = str(self.database.domain_dns_name())
        self.estate = estate

    def search(self, filter_: str) -> list[Any]:
        """All that a filter finds, with every attribute that is asked for here."""
        return list(self.database.search(self.base, ldb.SCOPE_SUBTREE, filter_, ["*", MARK, SINCE, "memberOf"]))

    def named(self, name: str, kind: str) -> Any:
        """The account or group of a name, None where there is none; refused where it is not ours."""
        found = self.search(f"(sAMAccountName={ldb.binary_encode(name)})")
        if not found:
            return None
        mark = text(found[0], MARK).split(" ")
        if kind not in [str(value) for value in found[0]["objectClass"]] or mark[:2] != ["pyops", self.estate]:
            raise StepRefusedError(f"{name}: is not managed by this estate, and stays as it is")
        return found[0]

    def ours(self, name: str, kind: str) -> Any:
        """The same, where there must be one."""
        if (found := self.named(name, kind)) is None:
            raise StepRefusedError(f"{name}: there is no such {kind}")
        return found

    def below(self, name: Any) -> str:
        """An entry's name without the domain's."""
        return str(name).removesuffix(self.base).rstrip(",")

    def set(self, entry: Any, values: Values, unit: str = "") -> bool:
        """Give an entry's attributes these values (none for an empty list) and a unit; whether it had others."""
        message = ldb.Message(entry.dn)
        for name, wanted in values.items():
            if sorted(texts(entry, name)) != sorted(wanted):
                message[name] = ldb.MessageElement(wanted, ldb.FLAG_MOD_REPLACE, name)
        if len(message):
            self.database.modify(message)
        is_elsewhere = bool(unit) and self.below(entry.dn.parent()).lower() != unit.lower()
        if is_elsewhere:
            name = ldb.Dn.get_rdn_value(entry.dn)
            self.database.rename(entry.dn, ldb.Dn(self.database, f"CN={name},{unit},{self.base}"))
        return is_elsewhere or len(message) > 0


def texts(entry: Any, name: str) -> list[str]:
    """All values of an attribute."""
    return [str(value) for value in entry[name]] if name in entry else []


def text(entry: Any, name: str) -> str:
    """Its first value, or nothing."""
    return next(iter(texts(entry, name)), "")


def flags(entry: Any) -> int:
    """How an account may be used (MS-ADTS 2.2.16)."""
    return int(text(entry, "userAccountControl") or "0")
