"""When a host's window is."""

from datetime import date, datetime, tzinfo

from pyops.estate.model import Estate
from pyops.patches.members import Member


def first_day(estate: Estate, member: Member) -> date:
    """The first day on which it takes the baseline."""
    return estate.patches.first_day(member.site, member.ring)


def closes(estate: Estate, member: Member, zone: tzinfo | None) -> datetime:
    """When its first window since the baseline ends; `zone` is the sites' own."""
    return end(estate, first_day(estate, member), zone)


def begin(estate: Estate, day: date, zone: tzinfo | None) -> datetime:
    """When the window of a day begins."""
    return datetime.combine(day, estate.patches.window.start, tzinfo=zone)


def end(estate: Estate, day: date, zone: tzinfo | None) -> datetime:
    """When the window of a day ends, often after midnight."""
    return begin(estate, day, zone) + estate.patches.window.duration


def is_open(estate: Estate, day: date, now: datetime) -> bool:
    """Whether the window of a day is open; `now` is aware, its time zone that of the sites."""
    return begin(estate, day, now.tzinfo) <= now < end(estate, day, now.tzinfo)
