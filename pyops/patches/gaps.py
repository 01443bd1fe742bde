"""Why a host is not as its ring is."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a package on a host stands to its ring's."""

    BEHIND = "behind"
    AHEAD = "ahead"
    FOREIGN = "foreign"
    """The ring does not carry it."""


class Difference(NamedTuple):
    """A package that is not as the ring has it. Shared by all hosts that have it so."""

    name: str
    kind: Kind
    installed: str
    wanted: str
    """The ring's version; empty for a foreign package."""
    is_held: bool
    """Whether the host itself keeps it there."""


class Cause(StrEnum):
    """Why a gap is there; what people must do about it follows from it."""

    OFFLINE = "offline"
    """The host did not answer when it was last asked."""
    UNJUDGED = "cannot be judged"
    """It was not asked, long ago, or its answer tells not enough."""
    SYSTEM = "another system"
    """It runs another release than its image."""
    WAIVED = "waiver"
    HELD = "held"
    """By the estate's leave."""
    HELD_WITHOUT_LEAVE = "held without leave"
    """On the host, and the estate knows no reason."""
    OUTSIDE_WINDOW = "outside window"
    """Its day since the baseline has not come."""
    RESTART_PENDING = "reboot pending"
    """Installed, but what runs is older."""
    BROKEN = "dpkg broken"
    DISK_FULL = "disk full"
    CLOCK_OFF = "clock off"
    """apt refuses indexes that seem to be of another time."""
    OVERDUE = "overdue"
    """Its window has passed and the packages are not there."""
    AHEAD = "ahead"
    FOREIGN = "foreign"


class Gap(NamedTuple):
    """One cause on one host, and the packages that it is the cause of; none where it concerns the host as a whole."""

    cause: Cause
    detail: str
    until: date | None
    """The last day of leave, or the day on which it should close by itself; None where nobody has set one."""
    owner: str
    """Who answers for leave; empty where there is none."""
    is_excused: bool
    packages: tuple[Difference, ...] = ()


class Reason(NamedTuple):
    """A cause with its words, before it is known of which packages."""

    cause: Cause
    detail: str
    until: date | None = None
    owner: str = ""
    is_excused: bool = False

    def gap(self, packages: tuple[Difference, ...] = ()) -> Gap:
        """The gap that it makes."""
        return Gap(self.cause, self.detail, self.until, self.owner, self.is_excused, packages)
