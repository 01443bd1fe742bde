"""Limits of the machine's kernel that a lab of many hosts runs into."""

from pathlib import Path

# A booted host holds 6 to 8 inotify instances, counted for root over all hosts together: at the default of 128 the
# fifteenth host fails to boot, or boots by half.
_AT_LEAST = {"fs/inotify/max_user_instances": 8192, "fs/inotify/max_user_watches": 1048576}


def lift(settings: Path = Path("/proc/sys")) -> None:
    """Raise the limits that are lower than the lab needs; none is ever lowered."""
    for key, least in _AT_LEAST.items():
        file = settings / key
        if int(file.read_text()) < least:
            file.write_text(str(least))
