"""When a host's window is."""

from datetime import date, datetime, tzinfo

from pyops.estate.model import Estate
from pyops.patches.members import Member


def first_day(estate: Estate, member: Member) -> date:
    """The first day on which it takes the baseline."""
    return estate.patches.first_day(member.site, member.ring)


def closes(estate: Estate, member: Member, zone: tzinfo | None) -> datetime:
    """When its first window since the baseline ends, often after midnight; `zone` is the sites' own."""
    window = estate.patches.window
    return datetime.combine(first_day(estate, member), window.start, tzinfo=zone) + window.duration
