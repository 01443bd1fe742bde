"""Patches: which level all hosts must reach, when each site's hosts may be changed, and how long a fix may take."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.servers import Packages
from pyops.estate.texts import Cve, DebianPackage, LinkName, Name, PackageVersion, Words
from pyops.estate.values import Day, Duration, PositiveDuration, SizeMiB, TimeOfDay, Whole

DESKTOPS = "desktops"
"""What the desks are called where a pool is named."""

FIXES = "security"
"""The mirrors' suite that has every security fix as it comes, whether or not a ring carries it yet."""


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Window(Part):
    """When changes may be made, in the sites' local time: each site on a day of its own, so that the others stand."""

    days: Annotated[Mapping[Name, Weekday], Field(min_length=1)]
    """The day of each site; sites that share one are restarted together."""
    start: TimeOfDay
    duration: PositiveDuration


class Ring(Named):
    """Hosts that get a baseline together, so long after it was made."""

    delay: Duration


class Leave(Part):
    """Leave to be otherwise for a while: for the hosts of a site, of a pool, for one host, or for all of them.

    Where several are named, a host must be of each.
    """

    site: Name | None = None
    pool: Name | None = None
    """`desktops` for the desks."""
    host: LinkName | None = None
    owner: Name
    reason: Words
    expires: Day
    """Its last day."""

    def is_for(self, site: str, pool: str, host: str) -> bool:
        """Whether it is about this host."""
        pairs = ((self.site, site), (self.pool, pool), (self.host, host))
        return all(named is None or named == own for named, own in pairs)


class Hold(Leave):
    """A package that stays as it is; with `version`, only as long as it is that one."""

    package: DebianPackage
    version: PackageVersion | None = None


class Waiver(Leave):
    """A package or a vulnerability whose fix may come late; `what` is done about the risk until then."""

    package: DebianPackage | None = None
    fix: Cve | None = None
    what: Words


class Mirroring(Part):
    """The package mirrors: one a site, all with the same bytes."""

    pool: Name
    """The servers that publish packages."""
    origin: Name
    """The site whose mirror fetches from upstream; those of the other sites copy from it."""
    keep: Annotated[Whole, Field(ge=2, le=99)]
    """How many releases of each ring stay, to go back to."""
    reserve: SizeMiB
    """How much disk must be left free, in MiB: what would not leave it is not fetched."""


class Patches(Part):
    """Which level all hosts must reach, when, and how long a serious fix may take."""

    baseline: Day
    rings: Annotated[Mapping[Name, Ring], BeforeValidator(with_ids), Field(min_length=1)]
    deadline: PositiveDuration
    window: Window
    security: Packages
    """Where fixes come from, beside the estate's packages."""
    mirror: Mirroring
    holds: tuple[Hold, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def first_day(self, site: str, ring: Ring) -> date:
        """The first day on which a ring's hosts at a site take the baseline."""
        earliest = self.baseline + ring.delay
        wanted = list(Weekday).index(self.window.days[site])
        return earliest + timedelta(days=(wanted - earliest.weekday()) % len(Weekday))
