"""Whether one role reaches the same things at every council: each difference, with its reason or none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pyops.estate import Estate
from pyops.identity.accounts import Account, Holding
from pyops.identity.people import Person
from pyops.identity.wanted import wanted

DUE = "pyops identity apply has not been run since"


@dataclass(frozen=True, slots=True)
class Difference:
    """One role that is otherwise for a council or for one account than for the others."""

    role: str
    """The group; of the directory, where the estate knows none of that name."""
    partner: str
    """Empty where it is all councils, or an account of none."""
    login: str
    """Empty where it is everybody of that partner."""
    what: str
    reason: str = ""
    owner: str = ""
    until: date | None = None

    @property
    def is_excused(self) -> bool:
        """Whether somebody answers for it, for a time."""
        return bool(self.owner)


def parity(estate: Estate, people: Iterable[Person], found: Holding, today: date) -> tuple[Difference, ...]:
    """Roles that a council does without, by the estate; accounts with more or less than theirs, by the directory."""
    aim = wanted(estate, people, today)
    partners = {f"OU={partner},OU=People".lower(): partner for partner in estate.partners}
    found_differences: list[Difference] = list(_planned(estate))
    for login, account in aim.accounts.items():
        partner = partners.get(account.unit.lower(), "")
        found_differences += _account(account, found.accounts.get(login), partner, aim)
    for login, account in found.accounts.items():
        if login not in aim.accounts:
            found_differences += _stranger(account, partners.get(account.unit.lower(), ""), aim)
    return (*found_differences, *_nested(aim, found))


def _planned(estate: Estate) -> Iterator[Difference]:
    for group in estate.directory.groups.values():
        for partner in estate.partners:
            if group.is_for(partner):
                continue
            what = f"people of {partner} cannot have the role, which reaches {_reach(group.reaches)}"
            reasons = [one for one in group.deviations if one.partner == partner]
            for one in reasons:
                yield Difference(group.id, partner, "", what, f"{one.what}: {one.reason}", one.owner, one.expires)
            if not reasons:
                yield Difference(group.id, partner, "", what)


def _reach(pools: Iterable[str]) -> str:
    return ", ".join(pools) or "no hosts"


def _account(account: Account, found: Account | None, partner: str, aim: Holding) -> Iterator[Difference]:
    """Somebody who is to have an account: what it lacks, and what it has beyond its roles."""
    had = found.groups if found and found.kind else frozenset[str]()
    lacks = "is disabled by hand" if found and found.is_suspended else f"lacks the role; {DUE}"
    is_off = found is not None and not found.is_enabled
    for role in sorted(account.groups - had if not is_off else account.groups):
        yield Difference(role, partner, account.login, lacks)
    yield from _more(account.login, had - account.groups, partner, aim)


def _stranger(account: Account, partner: str, aim: Holding) -> Iterator[Difference]:
    """Somebody who is to have none: a leaver, or an account that the estate does not manage."""
    if account.is_enabled:
        whose = "is a leaver's" if account.kind else "is not managed by this estate"
        for role in sorted(account.groups & set(aim.groups)):
            yield Difference(role, partner, account.login, f"has the role, and {whose}")


def _more(login: str, groups: Iterable[str], partner: str, aim: Holding) -> Iterator[Difference]:
    for name in sorted(groups):
        what = "has the role without the people file" if name in aim.groups else "is in a group that no role gives"
        yield Difference(name, partner, login, what)


def _nested(aim: Holding, found: Holding) -> Iterator[Difference]:
    """Groups within others: their members reach what the estate does not say."""
    for name, group in found.groups.items():
        if name in aim.groups:
            for outer in sorted(group.groups):
                yield Difference(name, "", "", f"is itself in the group {outer}, so that it reaches what that reaches")
