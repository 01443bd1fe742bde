"""From the directory as it is to the directory as it is to be: joiners, movers, leavers, in steps that people can read.

Nothing here touches a directory. What this estate does not manage is never part of a step; an account is disabled
before it is deleted; and a plan that takes away more than the estate's share is refused.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pyops.estate import Estate
from pyops.estate.identity import Removals
from pyops.identity.accounts import Account, Holding
from pyops.identity.people import Person
from pyops.identity.releases import released, withheld, without
from pyops.identity.steps import (
    Act,
    Step,
    account_step,
    delete_step,
    disable_step,
    drop_step,
    enable_step,
    group_step,
    member_step,
    unit_step,
)
from pyops.identity.wanted import units, wanted

BUILT_IN = frozenset(("administrator", "guest", "krbtgt"))
"""Foreign in every directory, and not worth a word."""
_TOLD = {"name": "name", "unit": "unit", "mail": "mail", "expires": "last day", "description": "description"}
"""By what a change of an account is told."""
_ORDER = list(Act)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Note:
    """An account or group that no step is about, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done on one day, in order, and what is left as it is."""

    steps: tuple[Step, ...]
    notes: tuple[Note, ...]
    """Who is still to come, waits to be deleted, or was disabled by hand."""
    foreign: tuple[str, ...]
    """Accounts that this estate does not manage; they are never touched."""
    conflicts: tuple[Note, ...]
    """Names that the estate wants and somebody else has."""
    managed: int
    """How many accounts the directory has of this estate."""
    removed: tuple[str, ...]
    """Accounts that would be disabled, deleted, or left without their last role."""
    refusal: str
    """Why it may not be done as a whole; empty where it may."""

    def count(self, *acts: Act) -> int:
        """How many steps are of these kinds."""
        return sum(step.act in acts for step in self.steps)


def plan(estate: Estate, people: Iterable[Person], found: Holding, today: date) -> Plan:
    """All steps from what was found to what is wanted today."""
    everyone = tuple(people)
    aim = wanted(estate, everyone, today)
    conflicts = tuple(_conflicts(aim, found))
    taken = {note.name for note in conflicts}
    releases = list(released(aim, found))
    found = without(found, releases)
    steps = [*_units(estate, found), *_groups(aim, found, taken), *releases]
    dropped = {step.name for step in steps if step.act is Act.DROP}
    notes = [Note(one.login, f"comes on {one.starts}") for one in everyone if one.is_coming(today)]
    ours = {name for name, group in found.groups.items() if group.is_managed}
    for login, account in aim.accounts.items():
        if login not in taken:
            steps += _here(account, found.accounts.get(login), ours, dropped)
    suspended = (one for one in found.managed.values() if one.is_suspended and one.login.lower() in aim.accounts)
    notes += [Note(one.login, "was disabled by hand, and stays as it is") for one in suspended]
    for login, account in found.managed.items():
        if login not in aim.accounts:
            done, note = _gone(estate, account, ours - dropped, today)
            steps += done
            notes += [note] if note else []
    steps.sort(key=lambda step: _ORDER.index(step.act))
    removed = _removed(steps, aim, found, dropped)
    foreign = tuple(one.login for login, one in found.accounts.items() if not one.kind and login not in BUILT_IN)
    refusal = _refusal(estate.directory.removals, removed, len(found.managed), today)
    return Plan(tuple(steps), tuple(notes), foreign, conflicts, len(found.managed), removed, refusal)


def _conflicts(aim: Holding, found: Holding) -> Iterator[Note]:
    why = "is in the directory already, and is not managed by this estate"
    for name in aim.accounts:
        if name in found.groups or (name in found.accounts and not found.accounts[name].kind):
            yield Note(name, why)
    yield from (Note(*told) for told in withheld(aim, found))
    for name, mark in found.twins.items():
        yield Note(name, f"was made twice, at sites that were apart: rename or delete the one that gave way, {mark}")
    for name in aim.groups:
        if name in found.accounts or (name in found.groups and not found.groups[name].is_managed):
            yield Note(name, why)


def _units(estate: Estate, found: Holding) -> Iterator[Step]:
    there = {unit.lower() for unit in found.units}
    yield from (unit_step(unit) for unit in units(estate) if unit.lower() not in there)


def _groups(aim: Holding, found: Holding, taken: set[str]) -> Iterator[Step]:
    for name, group in aim.groups.items():
        held = found.groups.get(name)
        if name in taken:
            continue
        if held is None:
            yield group_step(group, f"is new: {group.description}")
        elif held.description != group.description:
            yield group_step(group, f"role from {held.description or 'nothing'} to {group.description}")
        elif held.unit.lower() != group.unit.lower():
            yield group_step(group, f"unit from {held.unit} to {group.unit}")
    for name, held in found.groups.items():
        if held.is_managed and name not in aim.groups:
            yield drop_step(held.name)


def _here(account: Account, found: Account | None, ours: set[str], dropped: set[str]) -> Iterator[Step]:
    """Steps for somebody who is to have an account."""
    if found is None:
        yield account_step(Act.CREATE, account, _introduced(account))
    elif found.is_suspended:
        return
    else:
        if changes := _changes(found, account):
            yield account_step(Act.CHANGE, account, "; ".join(changes))
        if found.disabled_since:
            yield enable_step(account.login, found.disabled_since)
    had = found.groups if found else frozenset[str]()
    for group in sorted(account.groups - had):
        yield member_step(Act.JOIN, account.login, group, f"gets the role {group}")
    for group in sorted((had & ours) - account.groups - dropped):
        yield member_step(Act.LEAVE, account.login, group, f"loses the role {group}")


def _introduced(account: Account) -> str:
    until = f", until {account.expires}" if account.expires else ""
    return f"is new: {account.name}, in {account.unit}{until}"


def _changes(found: Account, account: Account) -> list[str]:
    said = []
    for field, words in _TOLD.items():
        old, new = getattr(found, field), getattr(account, field)
        if (old.lower() != new.lower()) if field == "unit" else old != new:
            said.append(f"{words} from {old or 'nothing'} to {new or 'nothing'}")
    if {spn.lower() for spn in found.spns} != {spn.lower() for spn in account.spns}:
        said.append(f"Kerberos names from {', '.join(found.spns) or 'none'} to {', '.join(account.spns) or 'none'}")
    if found.kind != account.kind:
        said.append(f"kind from {found.kind} to {account.kind}")
    return said


def _gone(estate: Estate, account: Account, ours: set[str], today: date) -> tuple[list[Step], Note | None]:
    """Steps for somebody who is to have no account: first disabled, deleted when the time is over."""
    login, since = account.login, account.disabled_since
    if since is None:
        why = f"{account.name or 'nobody'} is not here any more"
        leaves = [
            member_step(Act.LEAVE, login, group, f"loses the role {group}") for group in sorted(account.groups & ours)
        ]
        return [*leaves, disable_step(login, today, why)], None
    over = since + estate.directory.keep_disabled
    if today < over:
        return [], Note(login, f"disabled since {since}, is deleted from {over} on")
    return [delete_step(login, since)], None


def _removed(steps: Iterable[Step], aim: Holding, found: Holding, dropped: set[str]) -> tuple[str, ...]:
    """Whom a plan takes an account from, or the last role of somebody who stays."""
    off = {account.login for account in found.managed.values() if not account.is_enabled}
    logins = dict.fromkeys(
        step.name for step in steps if step.act is Act.DELETE or (step.act is Act.DISABLE and step.name not in off)
    )
    ours = {name for name, group in found.groups.items() if group.is_managed} | dropped
    for login, account in found.managed.items():
        is_stripped = bool(account.groups & ours) and login in aim.accounts and not aim.accounts[login].groups
        if is_stripped and account.is_enabled:
            logins[account.login] = None
    return tuple(logins)


def _refusal(removals: Removals, removed: tuple[str, ...], managed: int, today: date) -> str:
    is_larger = removals.larger_until is not None and today <= removals.larger_until
    if is_larger or len(removed) * 100 <= removals.share * managed:
        return ""
    names = ", ".join(removed[:_NAMED]) + (f" and {len(removed) - _NAMED:,} more" if len(removed) > _NAMED else "")
    share = len(removed) * 100 // managed
    return (
        f"{len(removed):,} of {managed:,} managed accounts ({share} %) would be disabled, deleted "
        f"or left without a role, more than the {removals.share} % of directory.removals.share: {names}; "
        f"where that is meant, directory.removals.larger_until says so for a time"
    )
