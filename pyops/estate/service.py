"""The service on the network and the servers: partners, sign-on, desks, patches, backups, business systems."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.values import Address, Duration, HostLabel, Name, TimeOfDay


class Partner(Named):
    """A council of the service, with or without a datacentre of its own."""

    name: Annotated[str, Field(min_length=1)]


class Directory(Part):
    """Single sign-on."""

    realm: Annotated[str, Field(pattern=r"^[A-Z0-9]+(\.[A-Z0-9-]+)*$")]
    pool: Name


class Desk(Part):
    """One line of the asset register. `address` is empty where the desk gets its address by DHCP."""

    name: HostLabel
    site: Name
    partner: Name
    model: Annotated[str, Field(min_length=1)]
    ring: Name
    address: Address | None = None


class Desktops(Part):
    """The standard desktop and the register of all desks (a CSV file beside the estate)."""

    image: Name
    zone: Name
    register_file: Annotated[str, Field(alias="register")]
    desks: tuple[Desk, ...] = Field(default=(), exclude=True)
    """Read from the register; never written in the estate file itself."""


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
    """When changes may be made, in the sites' local time."""

    day: Weekday
    start: TimeOfDay
    duration: Duration


class Ring(Named):
    """Hosts that get a baseline together, so long after it was made."""

    delay: Duration


class Patches(Part):
    """Which level all hosts must reach, when, and how long a serious fix may take."""

    baseline: date
    rings: Annotated[Mapping[Name, Ring], BeforeValidator(with_ids), Field(min_length=1)]
    deadline: Duration
    window: Window


class BackupPolicy(Named):
    """What is copied how often, kept how long, mirrored to which partners, and how much may be lost."""

    every: Duration
    keep: Duration
    mirror: tuple[Name, ...]
    rpo: Duration


class Backups(Part):
    """The policies by name."""

    policies: Annotated[Mapping[Name, BackupPolicy], BeforeValidator(with_ids), Field(min_length=1)]


class Alignment(StrEnum):
    """How far a partner shares a system: decides what is deployed, not only what is compared."""

    FULL = "full"
    PARTIAL = "partial"
    HARDWARE_ONLY = "hardware_only"
    HOSTED = "hosted"


class Deviation(Part):
    """An agreed difference of one partner, with an end."""

    partner: Name
    what: Annotated[str, Field(min_length=1)]
    owner: Name
    reason: Annotated[str, Field(min_length=1)]
    expires: date


class Recovery(Part):
    """How much data and time may be lost when a site is lost (RPO, RTO)."""

    rpo: Duration
    rto: Duration


class System(Named):
    """A business system: one gold build, an alignment model per partner."""

    pools: Annotated[tuple[Name, ...], Field(min_length=1)]
    backup: Name
    alignment: Annotated[Mapping[Name, Alignment], Field(min_length=1)]
    deviations: tuple[Deviation, ...] = ()
    recovery: Recovery


Partners = Annotated[Mapping[Name, Partner], BeforeValidator(with_ids), Field(min_length=1)]
Systems = Annotated[Mapping[Name, System], BeforeValidator(with_ids)]
