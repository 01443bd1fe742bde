"""What a directory holds, as `directory-accounts read` tells it on a controller."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from pyops.errors import OutsideFailed

VERSION = 1


class Kind(StrEnum):
    """Whose an account is."""

    PERSON = "person"
    SERVICE = "service"
    BREAK_GLASS = "break_glass"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is, or as it is to be."""

    login: str
    kind: Kind | None
    """None where this estate does not manage it."""
    unit: str
    """Where it stands, as in `OU=cherwell,OU=People`."""
    name: str = ""
    description: str = ""
    mail: str = ""
    expires: date | None = None
    """Its last day."""
    spns: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    is_enabled: bool = True
    disabled_since: date | None = None
    """The day on which a plan disabled it; None where somebody did so by hand."""

    @property
    def is_suspended(self) -> bool:
        """Whether somebody disabled it by hand: that is for them to undo."""
        return not self.is_enabled and self.disabled_since is None


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """A group as it is, or as it is to be."""

    name: str
    unit: str
    description: str
    is_managed: bool = True
    groups: frozenset[str] = frozenset()
    """The groups that it is in itself."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A whole directory, by name."""

    accounts: Mapping[str, Account]
    groups: Mapping[str, HeldGroup]
    units: frozenset[str] = field(default_factory=frozenset)
    realm: str = ""
    twins: Mapping[str, str] = field(default_factory=dict)
    """Names that were given at two sites while they were apart, each with the mark of the one that gave way."""

    @property
    def managed(self) -> dict[str, Account]:
        """The accounts of this estate."""
        return {login: account for login, account in self.accounts.items() if account.kind}


def parse(text: str, estate: str) -> Holding:
    """The answer of a controller; raises OutsideFailed where it is none."""
    try:
        told = json.loads(text)
        if told["version"] != VERSION:
            raise OutsideFailed(f"directory-accounts: version {told['version']} of its answer, {VERSION} is read here")
        accounts = (_account(one, estate) for one in told["accounts"])
        groups = (_group(one, estate) for one in told["groups"])
        return Holding(
            {account.login.lower(): account for account in accounts},
            {group.name.lower(): group for group in groups},
            frozenset(told["units"]),
            told["realm"],
            {name.lower(): mark for name, mark in told["twins"]},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutsideFailed(f"directory-accounts: its answer cannot be read: {error!r}") from None


def _kind(mark: str, estate: str) -> str:
    tool, _, rest = mark.partition(" ")
    whose, _, kind = rest.partition(" ")
    return kind if tool == "pyops" and whose == estate else ""


def _account(told: Mapping[str, Any], estate: str) -> Account:
    kind = _kind(told["mark"], estate)
    return Account(
        login=told["login"],
        kind=Kind(kind) if kind in list(Kind) else None,
        unit=told["unit"],
        name=told["name"],
        description=told["description"],
        mail=told["mail"],
        expires=_day(told["expires"]),
        spns=tuple(sorted(told["spns"])),
        groups=frozenset(told["groups"]),
        is_enabled=told["enabled"],
        disabled_since=_day(told["disabled_since"]),
    )


def _group(told: Mapping[str, Any], estate: str) -> HeldGroup:
    is_managed = _kind(told["mark"], estate) == "group"
    return HeldGroup(told["login"], told["unit"], told["description"], is_managed, frozenset(told["groups"]))


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
