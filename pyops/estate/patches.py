"""Patches: which level all hosts must reach, when each site's hosts may be changed, and how long a fix may take."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.texts import Name
from pyops.estate.values import Day, Duration, PositiveDuration, TimeOfDay


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


class Patches(Part):
    """Which level all hosts must reach, when, and how long a serious fix may take."""

    baseline: Day
    rings: Annotated[Mapping[Name, Ring], BeforeValidator(with_ids), Field(min_length=1)]
    deadline: PositiveDuration
    window: Window

    def first_day(self, site: str, ring: Ring) -> date:
        """The first day on which a ring's hosts at a site take the baseline."""
        earliest = self.baseline + ring.delay
        wanted = list(Weekday).index(self.window.days[site])
        return earliest + timedelta(days=(wanted - earliest.weekday()) % len(Weekday))
