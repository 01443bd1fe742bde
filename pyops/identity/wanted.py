"""What the directory is to hold, by the estate and its people file, on one day."""

from collections.abc import Iterable, Iterator
from datetime import date

from pyops.estate import Estate
from pyops.identity.accounts import Account, HeldGroup, Holding, Kind
from pyops.identity.people import Person

PEOPLE, GROUPS, SERVICES, BREAK_GLASS = "OU=People", "OU=Groups", "OU=Services", "OU=Break glass"


def unit_of(partner: str) -> str:
    """Where the people of a partner stand."""
    return f"OU={partner},{PEOPLE}"


def units(estate: Estate) -> tuple[str, ...]:
    """All units, each after the one that it stands in."""
    return (PEOPLE, *(unit_of(partner) for partner in estate.partners), GROUPS, SERVICES, BREAK_GLASS)


def wanted(estate: Estate, people: Iterable[Person], today: date) -> Holding:
    """Units, groups, and the accounts of those who are here today."""
    accounts = (
        *(_person(person) for person in people if person.is_here(today)),
        *_services(estate),
        *_break_glass(estate),
    )
    groups = (HeldGroup(group.id, GROUPS, group.role) for group in estate.directory.groups.values())
    return Holding(
        {account.login: account for account in accounts},
        {group.name: group for group in groups},
        frozenset(units(estate)),
        estate.directory.realm,
    )


def _person(person: Person) -> Account:
    return Account(
        login=person.login,
        kind=Kind.PERSON,
        unit=unit_of(person.partner),
        name=person.name,
        mail=person.mail,
        expires=person.ends,
        groups=frozenset(person.roles),
    )


def _services(estate: Estate) -> Iterator[Account]:
    for one in estate.directory.services.values():
        yield Account(
            login=one.id,
            kind=Kind.SERVICE,
            unit=SERVICES,
            name=one.id,
            description=f"{one.description} ({one.owner})",
            spns=tuple(sorted(one.spns)),
        )


def _break_glass(estate: Estate) -> Iterator[Account]:
    for one in estate.directory.break_glass.values():
        yield Account(
            login=one.id,
            kind=Kind.BREAK_GLASS,
            unit=BREAK_GLASS,
            name=one.id,
            description=f"{one.reason} ({one.owner})",
            expires=one.expires,
            groups=frozenset(one.groups),
        )
