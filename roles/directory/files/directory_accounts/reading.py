"""Everything that a directory holds of people, services, groups and units."""

from collections.abc import Mapping
from typing import Any

from days import last_day
from directory import MARK, SINCE, Directory, flags, text, texts
from samba import dsdb

TWINS = "(name=*\\0ACNF:*)"
"""What gave way to another one of its name, made at a site that was out of reach (MS-ADTS 3.1.1.5.1.7)."""


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


def account(directory: Directory, entry: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """An account as people's machines read it."""
    return {
        **common(directory, entry, names),
        "name": text(entry, "displayName"),
        "mail": text(entry, "mail"),
        "enabled": not flags(entry) & dsdb.UF_ACCOUNTDISABLE,
        "expires": last_day(text(entry, "accountExpires")),
        "spns": sorted(texts(entry, "servicePrincipalName")),
        "disabled_since": text(entry, SINCE).removeprefix("disabled ") or None,
    }


def common(directory: Directory, entry: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """What accounts and groups have alike."""
    return {
        "login": text(entry, "sAMAccountName"),
        "description": text(entry, "description"),
        "unit": directory.below(entry.dn.parent()),
        "groups": sorted(names[group] for group in texts(entry, "memberOf") if group in names),
        "mark": text(entry, MARK),
    }
