"""Identity as data: who may have which role, what a role reaches, and the accounts that are no person's.

People themselves stand in a file beside the estate, which `pyops.identity` reads: a fault in the export of a personnel
system must not keep anybody from mending a router.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.hosts import Server
from pyops.estate.service import Deviation
from pyops.estate.texts import FileName, Login, Name, Realm, ServicePrincipal, Words
from pyops.estate.values import Day, Duration, Percent, PositiveDuration, Whole, YesNo

_LONGEST_SITE = 10


class Group(Named):
    """A role: a group of the directory, given by the people file, and what its members reach."""

    role: Words
    """What its members do, in words."""
    login: tuple[Name, ...] = ()
    """The pools on whose hosts they may log in; `desktops` for the desks."""
    sudo: tuple[Name, ...] = ()
    """The pools on whose hosts they may become root; they may log in there, too."""
    partners: tuple[Name, ...] = ()
    """The councils whose people may have it; all, where none is named."""
    deviations: tuple[Deviation, ...] = ()
    """Why a council does without it, for how long, and who answers for that."""

    def is_for(self, partner: str) -> bool:
        """Whether people of a partner may have it."""
        return not self.partners or partner in self.partners

    @property
    def reaches(self) -> tuple[str, ...]:
        """The pools on whose hosts its members may log in, by either word."""
        return tuple(dict.fromkeys((*self.login, *self.sudo)))


class ServiceAccount(Named):
    """An account that a service runs under; nobody logs in with it."""

    description: Words
    owner: Name
    """The partner that answers for it."""
    spns: tuple[ServicePrincipal, ...] = ()
    """The Kerberos names that it answers to."""


class Passwords(Part):
    """The directory's rules for passwords and lock-out.

    The defaults follow the National Cyber Security Centre, "Password policy: updating your approach"
    (https://www.ncsc.gov.uk/collection/passwords/updating-your-approach): length and no complexity rules, no regular
    expiry, lock-out after about ten attempts; and Cyber Essentials: twelve characters or more.
    """

    minimum_length: Annotated[Whole, Field(ge=8, le=32)] = 12
    complexity: YesNo = False
    """Whether kinds of characters are counted; NCSC: people answer that with patterns which are easy to guess."""
    history: Annotated[Whole, Field(ge=0, le=24)] = 5
    """How many earlier passwords may not be taken again."""
    lock_out_after: Annotated[Whole, Field(ge=3, le=50)] = 10
    """Wrong passwords until an account is locked."""
    lock_out_duration: PositiveDuration = timedelta(minutes=15)
    """How long they are counted, and how long the account then stays locked; whole minutes."""
    expire_after: PositiveDuration | None = None
    """When a password must be changed, in whole days; never, where nothing is said.

    NCSC: a password is to be changed when others may know it, and at no other time.
    """


class BreakGlass(Named):
    """An account for the day on which nothing else works, with an owner, a reason and an end."""

    owner: Name
    """The partner that keeps its password under seal."""
    groups: tuple[Name, ...] = ()
    reason: Words
    expires: Day
    """Its last day: from the next on the directory refuses it."""


class Removals(Part):
    """How much one plan may take away, so that a broken export does not empty the directory."""

    share: Percent = 10
    """The largest share of the managed accounts that may be disabled, deleted or lose their last role, in per cent."""
    larger_until: Day | None = None
    """The last day on which more may be taken away."""
    reason: Words | None = None
    """Why; needed where more may be."""


def computer_name(server: Server) -> str:
    """A controller's name in the directory, where names have 15 characters at most: `banbury-dc01`.

    Sites with links have ten at most already, since the tunnels' interfaces are named after them.
    """
    number = server.name.rpartition("-")[2]
    return f"{server.site[:_LONGEST_SITE]}-dc{number}"


Groups = Annotated[Mapping[Name, Group], BeforeValidator(with_ids)]
ServiceAccounts = Annotated[Mapping[Login, ServiceAccount], BeforeValidator(with_ids)]
BreakGlassAccounts = Annotated[Mapping[Login, BreakGlass], BeforeValidator(with_ids)]


class Directory(Part):
    """Single sign-on: the realm, its controllers, and who is who in it."""

    realm: Realm
    pool: Name
    """The controllers."""
    providers: Name | None = None
    """The pool of those whom web systems believe; without one web systems ask nobody who comes."""
    people: FileName | None = None
    """The file of people beside the estate, CSV or LDIF; without one nobody's account is managed."""
    groups: Groups = Field(default_factory=dict)
    services: ServiceAccounts = Field(default_factory=dict)
    passwords: Passwords = Passwords()
    break_glass: BreakGlassAccounts = Field(default_factory=dict)
    removals: Removals = Removals()
    keep_disabled: Duration = timedelta(days=30)
    """How long a leaver's account stays disabled until it is deleted."""

    def account_of(self, spn: str) -> str | None:
        """The service account that answers to a Kerberos name; the directory does not tell capitals apart."""
        answers = (one.id for one in self.services.values() if spn.lower() in map(str.lower, one.spns))
        return next(answers, None)
