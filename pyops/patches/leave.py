"""Leave from the estate: holds and waivers that hold today."""

from collections.abc import Iterable
from datetime import date

from pyops.estate.patches import Hold, Patches, Waiver
from pyops.patches.gaps import Cause, Difference, Kind, Reason
from pyops.patches.members import Member


class Leaves:
    """The estate's holds and waivers by package; those that are over give no leave."""

    def __init__(self, patches: Patches, today: date) -> None:
        self._holds: dict[str, list[Hold]] = {}
        self._waivers: dict[str, list[Waiver]] = {}
        self._fixes: dict[str, list[Waiver]] = {}
        for hold in patches.holds:
            if hold.expires >= today:
                self._holds.setdefault(hold.package, []).append(hold)
        for waiver in patches.waivers:
            by, name = (self._waivers, waiver.package) if waiver.package else (self._fixes, waiver.fix)
            if name and waiver.expires >= today:
                by.setdefault(name, []).append(waiver)
        self._packages = self._holds.keys() | self._waivers.keys()

    def concern(self, differences: Iterable[Difference]) -> bool:
        """Whether there is leave for any of these packages on any host: most often there is none to look for."""
        return bool(self._packages) and not self._packages.isdisjoint(one.name.partition(":")[0] for one in differences)

    def reason(self, member: Member, difference: Difference) -> Reason | None:
        """The leave that a host has for a package to be otherwise; None where it has none."""
        name = difference.name.partition(":")[0]
        for waiver in self._waivers.get(name, ()):
            if member.is_meant_by(waiver):
                return _waived(waiver)
        for hold in self._holds.get(name, ()) if difference.kind is Kind.BEHIND else ():
            if member.is_meant_by(hold) and hold.version in (None, difference.installed):
                return Reason(Cause.HELD, hold.reason, hold.expires, hold.owner, is_excused=True)
        return None

    def of_fixes(self, member: Member, cves: Iterable[str]) -> Reason | None:
        """The leave for all the vulnerabilities that an update closes; one without leave, and there is none."""
        found: list[Reason] = []
        for cve in cves:
            given = next((w for w in self._fixes.get(cve, ()) if member.is_meant_by(w)), None)
            if given is None:
                return None
            found.append(_waived(given))
        return min(found, key=lambda reason: reason.until or date.max, default=None)


def _waived(waiver: Waiver) -> Reason:
    return Reason(Cause.WAIVED, f"{waiver.reason}; {waiver.what}", waiver.expires, waiver.owner, is_excused=True)
