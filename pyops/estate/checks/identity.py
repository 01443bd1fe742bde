"""Identity: names that are there and are nobody else's, leave that still holds, rules that a directory can keep."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from pyops.estate.identity import Directory, Group
from pyops.estate.model import Estate
from pyops.estate.patches import DESKTOPS
from pyops.estate.problems import Finding, Location, each_unknown, unknown
from pyops.estate.service import Deviation
from pyops.estate.spoken import duration

BUILT_IN = frozenset(
    (
        *("administrator", "administrators", "computers", "dnsadmins", "dnsupdateproxy", "guest", "guests"),
        *("krbtgt", "replicator", "users"),
    )
)
"""Names that every directory has from its first day on (MS-ADTS 6.1.1.6)."""


def check_identity(estate: Estate, today: date) -> Iterator[Finding]:
    """Unknown pools, partners and groups, names given twice, accounts and deviations past their day."""
    directory, at = estate.directory, ("directory",)
    for group in directory.groups.values():
        yield from _group(estate, group, (*at, "groups", group.id), today)
    yield from _services(estate, directory)
    for account in directory.break_glass.values():
        here: Location = (*at, "break_glass", account.id)
        yield from unknown("partner", (*here, "owner"), account.owner, estate.partners)
        yield from each_unknown("group", (*here, "groups"), account.groups, directory.groups)
        if account.expires < today:
            rule = f"the account has expired (today is {today}): renew it with a reason or remove it"
            yield Finding((*here, "expires"), account.expires, rule)
    yield from _names(estate)
    yield from _rules(directory, today)


def _group(estate: Estate, group: Group, at: Location, today: date) -> Iterator[Finding]:
    pools = (*estate.pools, DESKTOPS)
    yield from each_unknown("pool", (*at, "login"), group.login, pools)
    yield from each_unknown("pool", (*at, "sudo"), group.sudo, pools)
    yield from each_unknown("partner", (*at, "partners"), group.partners, estate.partners)
    for number, deviation in enumerate(group.deviations):
        yield from _deviation(estate, group, deviation, (*at, "deviations", number), today)


def _deviation(estate: Estate, group: Group, deviation: Deviation, at: Location, today: date) -> Iterator[Finding]:
    yield from unknown("partner", (*at, "partner"), deviation.partner, estate.partners)
    yield from unknown("partner", (*at, "owner"), deviation.owner, estate.partners)
    if deviation.partner in estate.partners and group.is_for(deviation.partner):
        rule = f"may have {group.id}, so there is no difference to give a reason for"
        yield Finding((*at, "partner"), deviation.partner, rule)
    if deviation.expires < today:
        rule = f"the deviation has expired (today is {today}): renew it with a reason or end it"
        yield Finding((*at, "expires"), deviation.expires, rule)


def _services(estate: Estate, directory: Directory) -> Iterator[Finding]:
    holders: dict[str, str] = {}
    for service in directory.services.values():
        at: Location = ("directory", "services", service.id)
        yield from unknown("partner", (*at, "owner"), service.owner, estate.partners)
        for number, spn in enumerate(service.spns):
            if holders.setdefault(spn.lower(), service.id) != service.id:
                rule = f"is already a Kerberos name of {holders[spn.lower()]}"
                yield Finding((*at, "spns", number), spn, rule)


def _names(estate: Estate) -> Iterator[Finding]:
    """Groups and accounts share one space of names with each other, and on every host with the local accounts."""
    directory = estate.directory
    taken = dict.fromkeys(BUILT_IN, "of every directory from its first day on")
    taken |= dict.fromkeys(estate.accounts, "of a local account on every host")
    maps: Mapping[str, Iterable[str]] = {
        "groups": directory.groups,
        "services": directory.services,
        "break_glass": directory.break_glass,
    }
    for key, names in maps.items():
        for name in names:
            if name in taken:
                yield Finding(("directory", key, name), None, f"is already a name {taken[name]}")
            taken.setdefault(name, f"in directory.{key}")


def _rules(directory: Directory, today: date) -> Iterator[Finding]:
    passwords, removals = directory.passwords, directory.removals
    for field, unit, words in (
        ("lock_out_duration", timedelta(minutes=1), "whole minutes"),
        ("expire_after", timedelta(days=1), "whole days"),
    ):
        value: timedelta | None = getattr(passwords, field)
        if value is not None and value % unit:
            yield Finding(("directory", "passwords", field), duration(value), f"must be {words}")
    if removals.larger_until is not None and removals.larger_until < today:
        rule = f"this day has passed (today is {today}): remove it, or set another day"
        yield Finding(("directory", "removals", "larger_until"), removals.larger_until, rule)
    if removals.larger_until is not None and removals.reason is None:
        rule = "is missing: whoever allows more says why"
        yield Finding(("directory", "removals", "reason"), None, rule)
