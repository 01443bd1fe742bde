"""How alike the sites are: each site's hosts of each ring, every gap with its reason, and packages that differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from pyops.estate.model import Estate
from pyops.fleet.facts import Package
from pyops.fleet.observation import Readings
from pyops.patches.alignment import Published, Standing, State
from pyops.patches.gaps import Cause, Gap
from pyops.patches.release import Release
from pyops.patches.versions import order


class NamedGap(NamedTuple):
    """Hosts of one cell that differ for one cause."""

    cause: Cause
    details: tuple[str, ...]
    until: date | None
    owner: str
    is_excused: bool
    hosts: tuple[str, ...]
    packages: tuple[str, ...]
    """Names of packages; none where the hosts as a whole are concerned."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The hosts of one ring at one site."""

    site: str
    ring: str
    states: Mapping[State, int]
    gaps: tuple[NamedGap, ...]

    @property
    def hosts(self) -> int:
        """How many there are."""
        return sum(self.states.values())

    @property
    def aligned(self) -> int:
        """How many are as the ring is; those of which nothing is known are not among them."""
        return self.states.get(State.ALIGNED, 0)

    @property
    def percent(self) -> int | None:
        """The share of aligned hosts, rounded down: 100 are all of them. None where there are no hosts."""
        return 100 * self.aligned // self.hosts if self.hosts else None

    @property
    def is_excused(self) -> bool:
        """Whether every gap has a reason that holds today."""
        return all(gap.is_excused for gap in self.gaps)


class Uneven(NamedTuple):
    """A package that sites have at different versions on hosts of one ring; a site's versions with the newest last."""

    ring: str
    package: str
    versions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Parity:
    """The whole matrix. `releases` holds, for each ring, what each mirror publishes, by its place.

    `unreachable` says for each site without a mirror that answers why it has none; another one was asked in its place.
    """

    cells: tuple[Cell, ...]
    uneven: tuple[Uneven, ...]
    releases: Mapping[str, Mapping[str, Release]]
    unreachable: Mapping[str, str]

    @property
    def unequal_mirrors(self) -> tuple[str, ...]:
        """The rings that not all mirrors publish alike."""
        return tuple(ring for ring, places in self.releases.items() if len({one.sha256 for one in places.values()}) > 1)

    @property
    def are_mirrors_alike(self) -> bool:
        """Whether every mirror answers, and publishes the same as the others."""
        return not self.unequal_mirrors and not self.unreachable

    @property
    def is_full(self) -> bool:
        """Whether every host is aligned and every mirror publishes the same."""
        return self.are_mirrors_alike and all(cell.aligned == cell.hosts for cell in self.cells)

    @property
    def is_excused(self) -> bool:
        """Whether what is not alike has a reason that holds today."""
        return self.are_mirrors_alike and all(cell.is_excused for cell in self.cells)


def parity(
    estate: Estate,
    standings: Sequence[Standing],
    readings: Readings,
    published: Published,
    unreachable: Mapping[str, str] = MappingProxyType({}),
) -> Parity:
    """The matrix of sites by ring, in the estate's order."""
    cells = tuple(_cell(site, ring, standings) for site in estate.sites for ring in estate.patches.rings)
    releases: dict[str, dict[str, Release]] = {}
    for (_, ring), index in published.items():
        releases.setdefault(ring, {})[index.release.place] = index.release
    return Parity(cells, tuple(_uneven(standings, readings)), releases, unreachable)


def _cell(site: str, ring: str, standings: Iterable[Standing]) -> Cell:
    own = [one for one in standings if one.member.site == site and one.member.ring.id == ring]
    counted = Counter(one.state for one in own)
    return Cell(site, ring, {state: counted[state] for state in State if counted[state]}, tuple(_gaps(own)))


def _gaps(standings: Iterable[Standing]) -> Iterator[NamedGap]:
    """The gaps of a cell by cause and leave; those that nobody has given leave for come first."""
    grouped: dict[tuple[object, ...], list[tuple[str, Gap]]] = {}
    for standing in standings:
        for gap in standing.gaps:
            leave = (gap.detail, gap.owner) if gap.is_excused else ()
            key = (gap.is_excused, gap.cause, gap.until, leave)
            grouped.setdefault(key, []).append((standing.member.name, gap))
    for _, found in sorted(grouped.items(), key=lambda item: (item[0][0], list(Cause).index(item[1][0][1].cause))):
        gap = found[0][1]
        names = {difference.name for _, one in found for difference in one.packages}
        yield NamedGap(
            gap.cause,
            tuple(dict.fromkeys(one.detail for _, one in found)),
            gap.until,
            gap.owner,
            gap.is_excused,
            tuple(dict.fromkeys(host for host, _ in found)),
            tuple(sorted(names)),
        )


def _uneven(standings: Iterable[Standing], readings: Readings) -> Iterator[Uneven]:
    """Between hosts that say that they are at one level nothing may differ; what differs is shown whoever is right."""
    for ring, sites in _by_ring(standings, readings).items():
        names: dict[str, dict[str, set[str]]] = {}
        for site, packages in sites.items():
            for package in packages:
                if package.is_installed:
                    names.setdefault(f"{package.name}:{package.architecture}", {}).setdefault(site, set()).add(
                        package.version
                    )
        for name, versions in sorted(names.items()):
            if len(versions) > 1 and len({frozenset(found) for found in versions.values()}) > 1:
                plain = name.rpartition(":")[0]
                yield Uneven(ring, plain, {s: tuple(sorted(found, key=order)) for s, found in versions.items()})


def _by_ring(standings: Iterable[Standing], readings: Readings) -> Mapping[str, Mapping[str, set[Package]]]:
    """The distinct packages of all hosts that could be judged, by ring and site."""
    found: dict[str, dict[str, set[Package]]] = {}
    lists: dict[tuple[str, str], dict[int, Iterable[Package]]] = {}
    for standing in standings:
        facts = readings[standing.member.name].facts if standing.is_judged else None
        if facts and facts.packages:
            place = (standing.member.ring.id, standing.member.site)
            lists.setdefault(place, {})[id(facts.packages)] = facts.packages.values()
    for (ring, site), several in lists.items():
        found.setdefault(ring, {})[site] = set().union(*several.values())
    return found
