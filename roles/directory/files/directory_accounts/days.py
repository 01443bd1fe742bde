"""Last days of accounts, as people say them and as the directory counts time."""

from datetime import UTC, date, datetime, timedelta

NEVER = ("0", "9223372036854775807")
TICKS = 10_000_000  # of the directory's times, in a second
EPOCH = 11_644_473_600  # seconds from 1601 to 1970


def ticks(day: str | None) -> str:
    """The end of an account's last day, in UTC."""
    if not day:
        return NEVER[1]
    end = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + timedelta(days=1)
    return str((int(end.timestamp()) + EPOCH) * TICKS)


def last_day(value: str) -> str | None:
    """The other way round."""
    if not value or value in NEVER:
        return None
    end = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value) // TICKS - EPOCH)
    return (end - timedelta(microseconds=1)).date().isoformat()
