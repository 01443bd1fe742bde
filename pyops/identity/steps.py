"""Single steps of a plan: what is done to whom, in words, and as a controller is told it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from pyops.identity.accounts import Account, HeldGroup


class Act(StrEnum):
    """What a step does, in the order in which steps are done."""

    UNIT = "unit"
    GROUP = "group"
    RELEASE = "release"
    CREATE = "create"
    CHANGE = "change"
    ENABLE = "enable"
    JOIN = "join"
    LEAVE = "leave"
    DISABLE = "disable"
    DELETE = "delete"
    DROP = "drop"


REMOVING = frozenset((Act.LEAVE, Act.DISABLE, Act.DELETE, Act.DROP))
"""What takes something away."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `name` is the login, group or unit that it is about."""

    act: Act
    name: str
    why: str
    """What changes, in words."""
    order: Mapping[str, Any] = field(repr=False)
    """What `directory-accounts apply` is told; a password never stands here."""

    def as_dict(self) -> dict[str, str]:
        """Plain data with stable keys."""
        return {"act": str(self.act), "name": self.name, "why": self.why}


def unit_step(unit: str) -> Step:
    """A unit is made."""
    return Step(Act.UNIT, unit, "is new", {"do": "unit", "unit": unit})


def group_step(group: HeldGroup, why: str) -> Step:
    """A group is made or brought up to date."""
    order = {"do": "group", "group": group.name, "unit": group.unit, "description": group.description}
    return Step(Act.GROUP, group.name, why, order)


def drop_step(name: str) -> Step:
    """A group is removed."""
    return Step(Act.DROP, name, "is no group of the estate any more", {"do": "drop", "group": name})


def release_step(login: str, spns: Sequence[str], heirs: Sequence[str]) -> Step:
    """An account gives up Kerberos names, each of which one account alone can have."""
    why = f"gives {', '.join(spns)} up to {', '.join(heirs)}"
    return Step(Act.RELEASE, login, why, {"do": "release", "login": login, "spns": list(spns)})


def account_step(act: Act, account: Account, why: str) -> Step:
    """An account is made or brought up to date."""
    order = {
        "do": "account",
        "login": account.login,
        "kind": str(account.kind),
        "name": account.name,
        "mail": account.mail,
        "description": account.description,
        "unit": account.unit,
        "expires": account.expires.isoformat() if account.expires else None,
        "spns": list(account.spns),
    }
    return Step(act, account.login, why, order)


def enable_step(login: str, since: date) -> Step:
    """A leaver is back."""
    return Step(Act.ENABLE, login, f"is back; disabled since {since}", {"do": "enable", "login": login})


def disable_step(login: str, today: date, why: str) -> Step:
    """Somebody has left."""
    return Step(Act.DISABLE, login, why, {"do": "disable", "login": login, "on": today.isoformat()})


def delete_step(login: str, since: date) -> Step:
    """A leaver's time is over."""
    return Step(Act.DELETE, login, f"has been disabled since {since}", {"do": "delete", "login": login})


def member_step(act: Act, login: str, group: str, why: str) -> Step:
    """An account joins or leaves a group."""
    return Step(act, login, why, {"do": str(act), "login": login, "group": group})
