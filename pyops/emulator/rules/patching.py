"""Maintenance configurations for patches inside of guests.

Source: Microsoft's documentation of Azure Update Manager's schedules (a window of 1 h 30 to 3 h 55), and the azurerm
provider (what `InGuestPatch` needs).
"""

import re
from collections.abc import Iterator

from pyops.emulator.rules.rule import Rule, Rules
from pyops.emulator.values import Properties

_SHORTEST, _LONGEST = 90, 235


def _problems(inputs: Properties) -> Iterator[str]:
    if inputs.get("maintenanceScope") != "InGuestPatch":
        return
    if "installPatches" not in inputs:
        yield "installPatches: not given, the scope InGuestPatch needs it"
    duration = inputs.get("duration")
    if isinstance(duration, str) and not _SHORTEST <= _minutes(duration) <= _LONGEST:
        yield f"duration: {duration!r}, must be between '01:30' and '03:55'"


def _minutes(duration: str) -> int:
    found = re.fullmatch(r"(\d\d):(\d\d)", duration)
    return int(found[1]) * 60 + int(found[2]) if found else 0


RULES: Rules = {
    "azure-native:maintenance:MaintenanceConfiguration": (
        Rule("an in-guest window outside of 1 h 30 to 3 h 55, or without what to install", alone=_problems),
    ),
}
