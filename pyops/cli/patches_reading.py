"""What `pyops patches` looks at: the estate, what hosts answered, and what mirrors publish."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyops.cli.context import estate_of
from pyops.cli.fleet_access import access_of, database
from pyops.errors import WrongUsage
from pyops.files import user_cache
from pyops.fleet.target import Direct, Proxy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyops.estate import Estate
    from pyops.fleet.observation import Readings
    from pyops.patches.alignment import Published, Standing
    from pyops.patches.feeds.feed import Feed
    from pyops.patches.feeds.matching import Matches
    from pyops.patches.indexes import Index, Indexes
    from pyops.patches.library import Library
    from pyops.patches.mirror import Cache, Mirror
    from pyops.patches.mirrors import Unreachable
    from pyops.patches.parity import Parity
    from pyops.patches.release import Key

KEY = "mirror.asc"
"""The file of the mirrors' public key."""


def now() -> datetime:
    """The controller's clock and time zone are taken for the sites' own."""
    return datetime.now().astimezone()


@dataclass(frozen=True)
class Asked:
    """What the options say."""

    inventory: Path | None
    mirrors: tuple[str, ...] = ()
    """PLACE for all sites, or SITE=PLACE."""
    key: Path | None = None
    limit: str = ""
    max_age_hours: float = 24
    feeds: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Everything that the verbs work on, each read when it is first needed."""

    asked: Asked
    now: datetime = field(default_factory=lambda: now())

    @cached_property
    def estate(self) -> "Estate":
        """The estate that `-i` names."""
        return estate_of(self.asked.inventory)

    @cached_property
    def readings(self) -> "Readings":
        """What is known of every host; nothing before the first scan."""
        from pyops.fleet.store import Store

        if not self.database.exists():
            return {}
        with Store(self.database) as store:
            return store.latest()

    @property
    def database(self) -> Path:
        """Where readings are kept."""
        return database(self.estate)

    @cached_property
    def architectures(self) -> frozenset[str]:
        """Those that hosts are known to have."""
        facts = (latest.facts for latest in self.readings.values())
        return frozenset(one.architecture for one in facts if one) or frozenset({"amd64"})

    @cached_property
    def cache(self) -> "Cache":
        """Of indexes and changelogs, beside the user's other caches."""
        from pyops.patches.mirror import Cache

        return Cache(user_cache() / "patches")

    @property
    def key(self) -> "Key":
        """The mirrors' public key: the one that is named, the one beside the estate file, or the lab's own."""
        from pyops.environments.workspace import lab_folder
        from pyops.patches.release import Key

        beside = self.estate.file.parent / KEY
        known = (beside, lab_folder(self.estate) / "public" / KEY)
        return Key(self.asked.key or next((file for file in known if file.exists()), beside))

    def mirrors(self) -> "Mapping[str, Mirror]":
        """The mirror of each site, by new connections; sites of one place share it."""
        from pyops.patches.mirror import Mirror

        named = self._named()
        way = access_of(self.estate).way
        own = {site: f"http://{server.address}" for site, server in self.estate.mirrors.items() if site not in named}
        made = {place: Mirror(place) for place in named.values()}
        # A fleet that is reached through a bastion has its mirrors reached directly: who reads them is at a site.
        made |= {place: Mirror(place, way if isinstance(way, Proxy) else Direct()) for place in own.values()}
        places = named | own
        return {site: made[places[site]] for site in self.estate.sites}

    def _named(self) -> dict[str, str]:
        """The places that the options name, by site."""
        from pyops.estate.problems import no_such

        sites = self.estate.sites
        places: dict[str, str] = {}
        for given in self.asked.mirrors:
            site, named, place = given.partition("=")
            if not named or "/" in site:
                places = dict.fromkeys(sites, given)
            elif site in sites:
                places[site] = place
            else:
                raise WrongUsage(f"--mirror: {given}, {site} {no_such('site', site, sites, self.estate.name)}")
        return places

    @cached_property
    def indexes(self) -> "Mapping[str, Indexes]":
        """The mirror of each site with what it publishes, each list read once."""
        from pyops.patches.indexes import Indexes

        mirrors = self.mirrors()
        made = {id(one): Indexes(one, self.key, self.cache, self.now) for one in mirrors.values()}
        return {site: made[id(one)] for site, one in mirrors.items()}

    @cached_property
    def _publishing(self) -> "tuple[Published, Unreachable]":
        from pyops.patches.mirrors import publishing

        return publishing(self.estate.sites, self.estate.patches.rings, self.index)

    @property
    def published(self) -> "Published":
        """Every ring as every site's mirror publishes it; another site's where that does not answer."""
        return self._publishing[0]

    @property
    def unreachable(self) -> "Unreachable":
        """The mirrors that do not answer."""
        return self._publishing[1]

    @property
    def site(self) -> str:
        """The first site whose mirror answers."""
        return next(site for site in self.estate.sites if site not in self.unreachable)

    def index(self, site: str, suite: str) -> "Index":
        """A suite of a site's mirror, read once."""
        key = (id(self.indexes[site]), suite)
        if key not in self._read:
            self._read[key] = self.indexes[site].read(suite, self.architectures)
        return self._read[key]

    @cached_property
    def _read(self) -> "dict[tuple[int, str], Index]":
        return {}

    @property
    def security(self) -> "Index":
        """Every security fix, as the first mirror that answers has them."""
        from pyops.estate.patches import FIXES

        return self.index(self.site, FIXES)

    def library(self, index: "Index") -> "Library":
        """The changelogs of an index's packages, as the first mirror that answers has them."""
        from pyops.patches.library import Library

        return Library(self.indexes[self.site], index, self.cache)

    @cached_property
    def everyone(self) -> "tuple[Standing, ...]":
        """Every host of the estate."""
        return self.judged(self.readings, self.now)

    def judged(self, readings: "Readings", now: datetime) -> "tuple[Standing, ...]":
        """Every host of the estate by these readings."""
        from pyops.patches.alignment import align

        return align(self.estate, readings, self.published, now, timedelta(hours=self.asked.max_age_hours))

    @cached_property
    def chosen(self) -> frozenset[str]:
        """The hosts that are asked about."""
        from pyops.fleet.selection import select

        return frozenset(select(self.estate, self.asked.limit))

    @property
    def standings(self) -> "tuple[Standing, ...]":
        """Those of them."""
        return tuple(one for one in self.everyone if one.member.name in self.chosen)

    @cached_property
    def feeds(self) -> "tuple[Feed, ...]":
        """The files of vulnerabilities that are asked about."""
        from pyops.patches.feeds.reading import read

        return tuple(map(read, self.asked.feeds))

    @cached_property
    def matches(self) -> "Matches":
        """What these name on those hosts."""
        from pyops.patches.feeds.matching import match
        from pyops.patches.feeds.sources import Sources

        sources = Sources([*self.published.values(), self.security])
        return match(self.feeds, self.standings, self.readings, sources)

    @cached_property
    def parity(self) -> "Parity":
        """The matrix of those hosts."""
        from pyops.patches.parity import parity

        return parity(self.estate, self.standings, self.readings, self.published, self.unreachable)


def ring_of(estate: "Estate", name: str) -> str:
    """A ring that is named; raises WrongUsage where the estate has none of that name."""
    from pyops.estate.problems import no_such

    rings = estate.patches.rings
    if name not in rings:
        raise WrongUsage(f"{name}: {no_such('ring', name, rings, estate.name)}")
    return name


@contextmanager
def alone(reading: Reading, doing: str) -> "Iterator[None]":
    """One promotion or rollout of an estate at a time, from this checkout; another one is refused."""
    from pyops.lab import locks

    with locks.alone(reading.database.with_suffix(".lock"), doing, reading.estate.name, "its patches"):
        yield
