"""The service on the network and the servers: partners, sign-on, desks, backups, business systems."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.texts import FileName, HostLabel, Name, Words
from pyops.estate.values import Address, Day, Duration, PositiveDuration, YesNo


class Partner(Named):
    """A council of the service, with or without a datacentre of its own."""

    name: Words


class Desk(Part):
    """One line of the asset register. `address` is empty where the desk gets its address by DHCP."""

    name: HostLabel
    site: Name
    partner: Name
    model: Words
    ring: Name
    address: Address | None = None


class Desktops(Part):
    """The standard desktop and the register of all desks (a CSV file beside the estate)."""

    image: Name
    zone: Name
    register_file: Annotated[FileName, Field(alias="register")]
    desks: tuple[Desk, ...] = Field(default=(), exclude=True)
    """Read from the register; never written in the estate file itself."""


class Mirror(StrEnum):
    """Where the copies of a site's backups go."""

    RING = "ring"
    """To the next site in the file's order, from the last to the first."""
    PARTNERS = "partners"
    """To every other site."""


class BackupPolicy(Named):
    """What is copied how often, kept how long, mirrored to which sites, and how much may be lost."""

    every: PositiveDuration
    keep: PositiveDuration
    mirror: Mirror
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
    what: Words
    owner: Name
    reason: Words
    expires: Day


class Recovery(Part):
    """How much data and time may be lost when a site is lost (RPO, RTO)."""

    rpo: Duration
    rto: Duration


class SignOn(Part):
    """Who opens a system in a browser, and by what beside the ticket or the password."""

    groups: tuple[Name, ...] = ()
    """The roles whose people may; everybody with an account, where none is named."""
    second_factor: YesNo = False
    """Whether a one-time password (TOTP) is asked for, too."""
    consent: YesNo = False
    """Whether people are asked before the system is told who they are."""


class System(Named):
    """A business system: one gold build, an alignment model per partner."""

    pools: Annotated[tuple[Name, ...], Field(min_length=1)]
    backup: Name
    alignment: Annotated[Mapping[Name, Alignment], Field(min_length=1)]
    deviations: tuple[Deviation, ...] = ()
    recovery: Recovery
    sign_on: SignOn = SignOn()
    """How people come in; systems on one pool share its servers' addresses, and with them this."""


Partners = Annotated[Mapping[Name, Partner], BeforeValidator(with_ids), Field(min_length=1)]
Systems = Annotated[Mapping[Name, System], BeforeValidator(with_ids)]
