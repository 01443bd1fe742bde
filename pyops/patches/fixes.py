"""Security fixes that hosts lack: which vulnerabilities they close, and how many days are left for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pyops.estate.model import Estate
from pyops.fleet.observation import Readings
from pyops.patches.alignment import Published, Standing
from pyops.patches.changelogs import Entry, newer
from pyops.patches.gaps import Difference, Kind, Reason
from pyops.patches.indexes import Candidate, Index
from pyops.patches.judging import Judge
from pyops.patches.leave import Leaves
from pyops.patches.members import Member
from pyops.patches.versions import order

ChangelogOf = Callable[[Candidate], Sequence[Entry] | None]
"""The entries of a package's changelog; None where it cannot be had."""


@dataclass(frozen=True, slots=True)
class Fix:
    """An update from the suite of security fixes, for those who have not even the first of what it brings."""

    source: str
    version: str
    released_on: date
    """The day of the first security fix in it that is missing, since its clock runs from there."""
    is_dated_by_index: bool
    """No changelog tells that day: it is at the latest the index's, and the clock may have run for longer."""
    due_on: date
    closes: tuple[str, ...] | None
    """What its changelog names; None where there is no changelog to name anything."""

    def days_left(self, today: date) -> int:
        """Whole days until the deadline; negative once it has passed."""
        return (self.due_on - today).days

    @property
    def words(self) -> str:
        """What it closes, and never more than is known."""
        if self.closes is None:
            return "its changelog cannot be read"
        return f"closes: {', '.join(self.closes)}" if self.closes else "its changelog names none"


@dataclass(frozen=True, slots=True)
class Missing:
    """A fix that a package of a host lacks."""

    fix: Fix
    member: Member
    difference: Difference
    is_carried: bool
    """Whether the host's ring carries it."""
    leave: Reason | None


def missing_fixes(
    estate: Estate,
    standings: Iterable[Standing],
    readings: Readings,
    published: Published,
    security: Index,
    changelog_of: ChangelogOf,
    today: date,
) -> tuple[Missing, ...]:
    """Every fix that a host lacks, the most urgent first. Of hosts that could not be judged nothing is said."""
    judge = Judge(security, frozenset({Kind.BEHIND}))
    fixes = _Fixes(estate, security, changelog_of)
    leaves = Leaves(estate.patches, today)
    found = []
    for standing in standings:
        facts = readings[standing.member.name].facts if standing.is_judged else None
        if facts is None or facts.packages is None:
            continue
        ring = published[standing.member.site, standing.member.ring.id]
        for difference in judge.judge(facts.packages, facts.architecture).differences:
            fix = fixes.of(difference, facts.architecture)
            carried = ring.find(difference.name, facts.architecture)
            is_carried = carried is not None and order(carried.version) >= order(difference.wanted)
            leave = leaves.reason(standing.member, difference) or leaves.of_fixes(standing.member, fix.closes or ())
            found.append(Missing(fix, standing.member, difference, is_carried, leave))
    return tuple(sorted(found, key=lambda one: (one.fix.due_on, one.fix.source, one.fix.version)))


class _Fixes:
    """Fixes by what is installed and what would be: many hosts lack the same ones."""

    def __init__(self, estate: Estate, security: Index, changelog_of: ChangelogOf) -> None:
        self._deadline = estate.patches.deadline
        self._security = security
        self._changelog_of = changelog_of
        self._made: dict[tuple[str, str, str], Fix] = {}
        self._changelogs: dict[tuple[str, str], Sequence[Entry] | None] = {}

    def of(self, difference: Difference, architecture: str) -> Fix:
        key = (difference.name, difference.installed, architecture)
        if key not in self._made:
            candidate = self._security.find(difference.name, architecture)
            assert candidate is not None  # noqa: S101 - the difference was made from it
            self._made[key] = self._fix(difference, candidate)
        return self._made[key]

    def _fix(self, difference: Difference, candidate: Candidate) -> Fix:
        key = (candidate.source, candidate.source_version)
        if key not in self._changelogs:
            self._changelogs[key] = self._changelog_of(candidate)
        changelog = self._changelogs[key]
        brought = _brought(changelog or (), difference, candidate)
        days = [entry.made_on for entry in brought if entry.made_on and entry.is_of_security]
        days = days or [entry.made_on for entry in brought[:1] if entry.made_on]
        released_on = min(days, default=self._security.release.made_at.date())
        cves = tuple(dict.fromkeys(cve for entry in brought for cve in entry.cves))
        return Fix(
            candidate.source,
            candidate.version,
            released_on,
            is_dated_by_index=not days,
            due_on=released_on + self._deadline,
            closes=None if changelog is None else cves,
        )


def _brought(changelog: Sequence[Entry], difference: Difference, candidate: Candidate) -> Sequence[Entry]:
    """What the update brings. A binary package with versions of its own says nothing about its source's: the newest."""
    if candidate.source_version != candidate.version:
        return changelog[:1]
    return newer(changelog, difference.installed, candidate.version)


@dataclass(frozen=True, slots=True)
class Due:
    """One fix and the hosts that lack it, by site."""

    fix: Fix
    packages: tuple[str, ...]
    sites: Mapping[str, tuple[str, ...]]
    excused: tuple[str, ...]
    """The hosts that have leave to be late."""
    leave: tuple[Reason, ...]
    uncarried: tuple[str, ...]
    """The rings of those hosts that do not carry it yet."""

    @property
    def is_excused(self) -> bool:
        """Whether every host that lacks it has leave."""
        return set(self.excused) == {host for hosts in self.sites.values() for host in hosts}


def by_fix(missing: Iterable[Missing]) -> Iterator[Due]:
    """The fixes in the order of their deadlines, each with its hosts."""
    grouped: dict[Fix, list[Missing]] = {}
    for one in missing:
        grouped.setdefault(one.fix, []).append(one)
    for fix, several in grouped.items():
        sites: dict[str, dict[str, None]] = {}
        for one in several:
            sites.setdefault(one.member.site, {})[one.member.name] = None
        without = {one.member.name for one in several if not one.leave}
        yield Due(
            fix,
            tuple(sorted({one.difference.name for one in several})),
            {site: tuple(hosts) for site, hosts in sites.items()},
            tuple(dict.fromkeys(one.member.name for one in several if one.member.name not in without)),
            tuple(dict.fromkeys(one.leave for one in several if one.leave)),
            tuple(dict.fromkeys(one.member.ring.id for one in several if not one.is_carried)),
        )
