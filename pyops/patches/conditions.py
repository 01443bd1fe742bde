"""What a host's facts say of its condition, in words for people."""

from dataclasses import dataclass
from datetime import timedelta

from pyops.fleet.facts import Facts, Package

CLOCK_LIMIT = timedelta(minutes=5)
"""Further off, sign-on (Kerberos) fails, and apt refuses indexes that come from its future."""
_ON_EVERY_HOST = ("dpkg", "base-files")
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """What is wrong with a host, whether or not it is behind because of it; each empty where nothing is.

    `unfinished` are the packages whose installation or removal stopped half-way.
    """

    facts: Facts
    unfinished: tuple[Package, ...]

    @property
    def dpkg(self) -> str:
        """What of dpkg's state is to be mended before apt works again."""
        if self.facts.packages is None:
            return unbelievable(self.facts)
        names = sorted(shown(package.name) for package in self.unfinished)
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            return f"dpkg has not finished {', '.join(names[:_NAMED])}{more}"
        return "a run of dpkg was interrupted" if self.facts.dpkg.is_interrupted else ""

    @property
    def disks(self) -> str:
        """Which file systems have no room to work."""
        full = [f"{shown(disk.mount)} ({disk.used_percent} %)" for disk in self.facts.full_disks]
        return f"full: {', '.join(full)}" if full else ""

    @property
    def clock(self) -> str:
        """How far its clock is off, where it is beyond doubt."""
        offset, uncertainty = self.facts.clock.offset, self.facts.clock.uncertainty
        if abs(offset) - uncertainty <= CLOCK_LIMIT:
            return ""
        size = timedelta(seconds=round(abs(offset).total_seconds()))
        return f"its clock is {size} {'ahead' if offset > timedelta() else 'behind'}"

    @property
    def restart(self) -> str:
        """Why it needs a restart."""
        kernel = self.facts.kernel
        if not self.facts.reboot_needed:
            return ""
        if not kernel.is_newest:
            return f"runs kernel {shown(kernel.running)}, {shown(kernel.newest or '')} is installed"
        return (
            "asks for a restart"
            if self.facts.asks_for_reboot
            else f"runs an older build of kernel {shown(kernel.running)}"
        )

    @property
    def notices(self) -> tuple[str, ...]:
        """All that is to be mended."""
        return tuple(filter(None, (self.dpkg, self.disks, self.clock)))


def unbelievable(facts: Facts) -> str:
    """Why a list of packages cannot be all that is on a host; empty where nothing speaks against it."""
    packages = facts.packages
    if packages is None:
        return f"dpkg's files cannot be read: {shown(facts.dpkg.error) or 'no reason is given'}"
    missing = [name for name in _ON_EVERY_HOST if name not in packages]
    if missing:
        return f"its list of {len(packages):,} packages is not whole: {' and '.join(missing)} must be on every host"
    return ""


def shown(text: str) -> str:
    """Text of a host for people: what cannot be printed as it is, escaped; never more than a line."""
    escaped = "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)
    return escaped if len(escaped) <= 120 else escaped[:119] + "…"
