"""Hosts against feeds. Each distinct package is looked up once, and each version of a source, whatever the hosts."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, filterfalse
from typing import NamedTuple

from pyops.fleet.facts import Facts, Package
from pyops.fleet.observation import Readings
from pyops.patches.alignment import Standing
from pyops.patches.conditions import shown
from pyops.patches.feeds.feed import Advisory, Feed
from pyops.patches.feeds.sources import Sources, kernel_number
from pyops.patches.members import Member
from pyops.patches.versions import order

URGENCIES = ("high", "medium", "low", "")
"""The most urgent first."""
_Sites = Mapping[str, tuple[str, ...]]


class Finding(NamedTuple):
    """A vulnerability that a version of a package has by what the feed names."""

    cve: str
    source: str
    urgency: str
    fixed_in: str | None
    """The next version that has it not; None where the feed knows none."""


@dataclass(frozen=True, slots=True)
class Open:
    """A finding and the hosts that it is true of, by site."""

    finding: Finding
    sites: _Sites


@dataclass(frozen=True, slots=True)
class Matches:
    """What feeds say of hosts, and what they cannot say."""

    open: tuple[Open, ...]
    unknown: tuple[str, ...]
    """Hosts that could not be judged, or of whose release no feed speaks."""
    unjudged: tuple[str, ...]
    """Installed packages, with their versions, of which nothing tells the version of the source that a feed names."""


def match(feeds: Sequence[Feed], standings: Iterable[Standing], readings: Readings, sources: Sources) -> Matches:
    """What the feeds name, on hosts that could be judged."""
    book = _Book(feeds, sources)
    unknown: list[str] = []
    judged: list[Member] = []
    hosts: dict[int, list[int]] = defaultdict(list)
    for standing in standings:
        member = standing.member
        facts = readings[member.name].facts if standing.is_judged else None
        if facts is None or facts.packages is None or not any(one.is_about(facts.system.version) for one in feeds):
            unknown.append(member.name)
            continue
        host = len(judged)
        judged.append(member)
        for version in book.found(facts, facts.packages.values()):
            hosts[version].append(host)
    return Matches(tuple(_open(book.findings, hosts, judged)), tuple(unknown), tuple(sorted(book.unjudged)))


class _Version(NamedTuple):
    """A version of a package on a release of Debian; `is_binary` as advisories have it."""

    release: str
    package: str
    version: str
    is_binary: bool


@dataclass(slots=True)
class _Known:
    """What has been said of packages, on hosts of one architecture and release."""

    fine: set[Package] = field(default_factory=set)
    lacking: dict[Package, tuple[int, ...]] = field(default_factory=dict)
    """All that are not fine, with the numbers of their versions."""
    kernels: dict[Package, str] = field(default_factory=dict)
    """Those of them that belong to one kernel, with its place in the order."""


class _Book:
    """The advisories by package, and what has been found of each version, by a number: hosts have millions of them."""

    def __init__(self, feeds: Sequence[Feed], sources: Sources) -> None:
        self._feeds, self._sources = feeds, sources
        self._known: dict[tuple[str, str], _Known] = {}
        self._advisories: dict[str, dict[tuple[str, bool], list[Advisory]]] = {}
        self._numbers: dict[_Version, int] = {}
        self.findings: list[tuple[Finding, ...]] = []
        self.unjudged: set[str] = set()

    def found(self, facts: Facts, packages: Collection[Package]) -> set[int]:
        """What a host has that a feed names. Kernels before its newest are kept to fall back on, and do not count."""
        known = self._known.setdefault((facts.architecture, facts.system.version), _Known())
        others = list(filterfalse(known.fine.__contains__, packages))
        for package in filterfalse(known.lacking.__contains__, others):
            self._learn(known, package, facts)
        newest = order(kernel_number(f"linux-image-{facts.kernel.newest}"))
        spare = {package for package, kernel in known.kernels.items() if kernel < newest}
        counting = filterfalse(spare.__contains__, others) if spare else others
        return set(chain.from_iterable(filter(None, map(known.lacking.get, counting))))

    def _learn(self, known: _Known, package: Package, facts: Facts) -> None:
        release = facts.system.version
        versions = self._versions(package, facts.architecture, release) if package.is_installed else ()
        numbers = tuple(number for one in versions if self.findings[number := self._look_up(one)])
        if not numbers:
            known.fine.add(package)
            return
        known.lacking[package] = numbers
        if kernel := kernel_number(package.name):
            known.kernels[package] = order(kernel)

    def _versions(self, package: Package, architecture: str, release: str) -> Iterator[_Version]:
        """The package itself and its source, as feeds may name either."""
        yield _Version(release, package.name, package.version, True)
        source = self._sources.of(package, architecture)
        if source.version is not None:
            yield _Version(release, source.name, source.version, False)
        elif (source.name, False) in self._by_package(release):
            self.unjudged.add(shown(f"{package.name} {package.version}"))

    def _look_up(self, one: _Version) -> int:
        number = self._numbers.setdefault(one, len(self._numbers))
        if number == len(self.findings):
            advisories = self._by_package(one.release).get((one.package, one.is_binary), ())
            self.findings.append(tuple(_findings(advisories, one.version)))
        return number

    def _by_package(self, release: str) -> Mapping[tuple[str, bool], Sequence[Advisory]]:
        if release not in self._advisories:
            made = self._advisories[release] = {}
            for feed in self._feeds:
                for advisory in feed.said.advisories if feed.is_about(release) else ():
                    made.setdefault((advisory.package, advisory.is_binary), []).append(advisory)
        return self._advisories[release]


class _Place:
    """Where a version stands among those that advisories name; each of these is compared once, for all of them."""

    def __init__(self, version: str, advisories: Iterable[Advisory]) -> None:
        self._key = key = order(version)
        others = {other for advisory in advisories for other in advisory.unaffected}
        self._same = {other for other in others if order(other) == key}
        self._later = {other for other in others if order(other) > key}

    def has(self, advisory: Advisory) -> bool:
        """Whether the version has the vulnerability, as debsecan decides it."""
        is_fixed = bool(advisory.fixed) and order(advisory.fixed) <= self._key
        return not is_fixed and self._same.isdisjoint(advisory.unaffected)

    def fix(self, several: Iterable[Advisory]) -> str | None:
        """The next version that has it not; None where no fix is known."""
        later = {other for one in several for other in (one.fixed, *self._later.intersection(one.unaffected)) if other}
        return min(later, key=order, default=None)


def _findings(advisories: Sequence[Advisory], version: str) -> Iterator[Finding]:
    """Those that are open; where several feeds name one, the most urgent word and the nearest fix of them."""
    place = _Place(version, advisories)
    several: dict[str, list[Advisory]] = {}
    for advisory in advisories:
        if place.has(advisory):
            several.setdefault(advisory.cve, []).append(advisory)
    for cve, named in several.items():
        urgency = min((one.urgency for one in named), key=URGENCIES.index)
        yield Finding(cve, named[0].package, urgency, place.fix(named))


def _open(
    findings: Sequence[Sequence[Finding]], hosts: Mapping[int, Sequence[int]], members: Sequence[Member]
) -> Iterator[Open]:
    versions: dict[Finding, list[int]] = {}
    for version in hosts:
        for finding in findings[version]:
            versions.setdefault(finding, []).append(version)
    # A kernel has hundreds of findings on the same thousands of hosts: these are put together once.
    made: dict[tuple[int, ...], _Sites] = {}
    for finding in sorted(versions, key=_urgent):
        key = tuple(versions[finding])
        if key not in made:
            together = sorted(set().union(*(hosts[version] for version in key)))
            made[key] = _by_site([members[host] for host in together])
        yield Open(finding, made[key])


def _urgent(finding: Finding) -> tuple[int, bool, str, str, str]:
    """What can be mended comes first among the equally urgent."""
    has_none = finding.fixed_in is None
    return URGENCIES.index(finding.urgency), has_none, finding.source, finding.cve, finding.fixed_in or ""


def _by_site(members: Sequence[Member]) -> _Sites:
    sites = dict.fromkeys(member.site for member in members)
    return {site: tuple(member.name for member in members if member.site == site) for site in sites}
