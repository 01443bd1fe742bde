"""Steps on accounts of people and services."""

import secrets

import ldb
from days import NEVER, ticks
from directory import MARK, SINCE, Directory, Step, StepRefusedError, Values, flags, text, texts
from samba import dsdb

AES_ONLY = "24"  # AES128 and AES256 (MS-KILE 2.2.7)


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


def release(directory: Directory, step: Step) -> bool:
    """Kerberos names are an account's no more, so that another one can have them."""
    found = directory.ours(step["login"], "user")
    given = {name.lower() for name in step["spns"]}
    kept = [name for name in texts(found, "servicePrincipalName") if name.lower() not in given]
    return directory.set(found, {"servicePrincipalName": kept})


def delete(directory: Directory, step: Step) -> bool:
    """An account that is disabled is gone."""
    found = directory.named(step["login"], "user")
    if found is None:
        return False
    if not flags(found) & dsdb.UF_ACCOUNTDISABLE:
        raise StepRefusedError(f"{step['login']}: is enabled, and only what is disabled is deleted")
    directory.database.delete(found.dn)
    return True
