#!/usr/bin/python3
"""What a directory holds of people, services and groups, and single steps to change it.

    directory-accounts read                  everything as one JSON document
    directory-accounts apply < steps.json    do the steps one after the other, one JSON line each

It runs on a controller, as root, over the controller's own database. Steps are {"estate": NAME, "steps": [...]}.
Each says what is to be, so one that is done already changes nothing; the first that fails ends the run, and a later
run goes on. Only what carries the estate's own mark is ever changed. Passwords come in on standard input alone, and
never go out.
"""

import json
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ldb
from samba import dsdb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

Step = Mapping[str, Any]
Values = Mapping[str, list[str]]

MARK = "adminDescription"
"""`pyops ESTATE KIND`: what is marked is managed, by that estate."""
SINCE = "adminDisplayName"
"""`disabled DATE` where the plan has disabled an account; none where somebody did by hand."""
SECURITY_GROUP = "-2147483646"  # a global one (MS-ADTS 2.2.12)
AES_ONLY = "24"  # AES128 and AES256 (MS-KILE 2.2.7)
NEVER = ("0", "9223372036854775807")
TWINS = "(name=*\\0ACNF:*)"
"""What gave way to another one of its name, made at a site that was out of reach (MS-ADTS 3.1.1.5.1.7)."""
TICKS = 10_000_000  # of the directory's times, in a second
EPOCH = 11_644_473_600  # seconds from 1601 to 1970


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


def ticks(day: str | None) -> str:
    """The end of an account's last day, in UTC."""
    if not day:
        return NEVER[1]
    end = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=1)
    return str((int(end.timestamp()) + EPOCH) * TICKS)


def last_day(entry: Any) -> str | None:
    """The other way round."""
    value = text(entry, "accountExpires")
    if not value or value in NEVER:
        return None
    end = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value) // TICKS - EPOCH)
    return (end - timedelta(microseconds=1)).date().isoformat()


def common(directory: Directory, entry: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """What accounts and groups have alike."""
    return {
        "login": text(entry, "sAMAccountName"),
        "description": text(entry, "description"),
        "unit": directory.below(entry.dn.parent()),
        "groups": sorted(names[group] for group in texts(entry, "memberOf") if group in names),
        "mark": text(entry, MARK),
    }


def account(directory: Directory, entry: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """An account as people's machines read it."""
    return {
        **common(directory, entry, names),
        "name": text(entry, "displayName"),
        "mail": text(entry, "mail"),
        "enabled": not flags(entry) & dsdb.UF_ACCOUNTDISABLE,
        "expires": last_day(entry),
        "spns": sorted(texts(entry, "servicePrincipalName")),
        "disabled_since": text(entry, SINCE).removeprefix("disabled ") or None,
    }


def read(directory: Directory) -> dict[str, Any]:
    """Everything: accounts of people and services, groups and units."""
    groups = directory.search("(objectClass=group)")
    names = {str(entry.dn): text(entry, "sAMAccountName") for entry in groups}
    accounts = directory.search("(&(objectClass=user)(!(objectClass=computer)))")
    return {
        "version": 1,
        "realm": directory.realm.upper(),
        "accounts": [account(directory, entry, names) for entry in accounts],
        "groups": [common(directory, entry, names) for entry in groups],
        "units": sorted(directory.below(entry.dn) for entry in directory.search("(objectClass=organizationalUnit)")),
        "twins": [text(entry, "name").split("\n") for entry in directory.search(TWINS)],
    }


def unit(directory: Directory, step: Step) -> bool:
    """A unit is there."""
    there = {directory.below(one.dn).lower() for one in directory.search("(objectClass=organizationalUnit)")}
    if step["unit"].lower() in there:
        return False
    name = f"{step['unit']},{directory.base}"
    directory.database.add({"dn": name, "objectClass": "organizationalUnit", MARK: f"pyops {directory.estate} unit"})
    return True


def group(directory: Directory, step: Step) -> bool:
    """A group is there, in its unit and with its description."""
    found = directory.named(step["group"], "group")
    if found is not None:
        return directory.set(found, {"description": [step["description"]]}, step["unit"])
    directory.database.add(
        {
            "dn": f"CN={step['group']},{step['unit']},{directory.base}",
            "objectClass": "group",
            "sAMAccountName": step["group"],
            "groupType": SECURITY_GROUP,
            "description": step["description"],
            MARK: f"pyops {directory.estate} group",
        }
    )
    return True


def drop(directory: Directory, step: Step) -> bool:
    """A group is gone."""
    found = directory.named(step["group"], "group")
    if found is not None:
        directory.database.delete(found.dn)
    return found is not None


def present(directory: Directory, step: Step) -> bool:
    """An account is there and says what it should; a new one gets its password."""
    values = {
        "displayName": [step["name"]],
        "mail": [step["mail"]] if step.get("mail") else [],
        "description": [step["description"]] if step.get("description") else [],
        "userPrincipalName": [f"{step['login']}@{directory.realm}"],
        "accountExpires": [ticks(step.get("expires"))],
        "servicePrincipalName": list(step.get("spns", ())),
        MARK: [f"pyops {directory.estate} {step['kind']}"],
    }
    found = directory.named(step["login"], "user")
    if found is not None:
        if text(found, "accountExpires") in NEVER and not step.get("expires"):
            del values["accountExpires"]
        return directory.set(found, values, step["unit"])
    create(directory, step, {name: value for name, value in values.items() if value})
    return True


def create(directory: Directory, step: Step, values: Values) -> None:
    """A new account with its password, enabled; a person must choose another one at the first login."""
    is_person = step["kind"] == "person"
    name = f"CN={step['login']},{step['unit']},{directory.base}"
    entry = {"dn": name, "objectClass": "user", "sAMAccountName": step["login"], **values}
    if not is_person:
        entry["msDS-SupportedEncryptionTypes"] = AES_ONLY
    directory.database.add(entry)
    only = f"(sAMAccountName={ldb.binary_encode(step['login'])})"
    password = step.get("password") or f"{secrets.token_urlsafe(24)}aA1"
    directory.database.setpassword(only, password, force_change_at_next_login=is_person)
    if not is_person:
        directory.database.toggle_userAccountFlags(only, dsdb.UF_DONT_EXPIRE_PASSWD, on=True)


def switch(directory: Directory, step: Step) -> bool:
    """An account may be used (`enable`) or not (`disable`, and since when is written down)."""
    found = directory.ours(step["login"], "user")
    if step["do"] == "enable":
        values = {"userAccountControl": [str(flags(found) & ~dsdb.UF_ACCOUNTDISABLE)], SINCE: []}
    else:
        since = text(found, SINCE) or f"disabled {step['on']}"
        values = {"userAccountControl": [str(flags(found) | dsdb.UF_ACCOUNTDISABLE)], SINCE: [since]}
    return directory.set(found, values)


def delete(directory: Directory, step: Step) -> bool:
    """An account that is disabled is gone."""
    found = directory.named(step["login"], "user")
    if found is None:
        return False
    if not flags(found) & dsdb.UF_ACCOUNTDISABLE:
        raise StepRefusedError(f"{step['login']}: is enabled, and only what is disabled is deleted")
    directory.database.delete(found.dn)
    return True


def member(directory: Directory, step: Step) -> bool:
    """An account is a member of a group (`join`), or is not (`leave`)."""
    is_join = step["do"] == "join"
    found, of = directory.ours(step["login"], "user"), directory.ours(step["group"], "group")
    if (str(of.dn) in texts(found, "memberOf")) == is_join:
        return False
    message = ldb.Message(of.dn)
    flag = ldb.FLAG_MOD_ADD if is_join else ldb.FLAG_MOD_DELETE
    message["member"] = ldb.MessageElement(str(found.dn), flag, "member")
    directory.database.modify(message)
    return True


ACTS: Mapping[str, Callable[[Directory, Step], bool]] = {
    "unit": unit,
    "group": group,
    "drop": drop,
    "account": present,
    "enable": switch,
    "disable": switch,
    "delete": delete,
    "join": member,
    "leave": member,
}


def apply(directory: Directory, steps: list[Step]) -> Iterator[dict[str, Any]]:
    """Do the steps, each as a whole or not at all, until the first that fails."""
    for number, step in enumerate(steps):
        directory.database.transaction_start()
        try:
            if step.get("do") not in ACTS:
                raise StepRefusedError(f"{step.get('do')}: is no step that is known here")
            is_changed = ACTS[step["do"]](directory, step)
            directory.database.transaction_commit()
        except (StepRefusedError, ldb.LdbError, ValueError) as error:
            directory.database.transaction_cancel()
            yield {"step": number, "done": False, "why": str(error.args[-1])}
            return
        yield {"step": number, "done": True, "changed": is_changed}


def main(act: str) -> int:
    """Read or apply; 0 where all is done."""
    if act == "read":
        sys.stdout.write(json.dumps(read(Directory())) + "\n")
        return 0
    asked, is_done = json.load(sys.stdin), True
    for result in apply(Directory(asked["estate"]), asked["steps"]):
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
        is_done = result["done"]
    return 0 if is_done else 1


if __name__ == "__main__":
    if sys.argv[1:] not in (["read"], ["apply"]):
        sys.exit("directory-accounts: say read, or apply with steps on standard input")
    sys.exit(main(sys.argv[1]))
