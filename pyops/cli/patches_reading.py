"""What `pyops patches` looks at: the estate, what hosts answered, and what mirrors publish."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyops.cli.context import estate_of
from pyops.cli.fleet_access import database
from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyops.estate import Estate
    from pyops.fleet.observation import Readings
    from pyops.patches.alignment import Published, Standing
    from pyops.patches.indexes import Index, Indexes
    from pyops.patches.library import Library
    from pyops.patches.mirror import Cache
    from pyops.patches.parity import Parity

KEY = "mirror.asc"
"""The mirrors' public key, beside the estate file."""


@dataclass(frozen=True)
class Asked:
    """What the options say."""

    inventory: Path | None
    mirrors: tuple[str, ...] = ()
    """PLACE for all sites, or SITE=PLACE."""
    key: Path | None = None
    limit: str = ""
    max_age_hours: float = 24


@dataclass(frozen=True)
class Reading:
    """Everything that the verbs work on, each read when it is first needed."""

    asked: Asked
    now: datetime

    @cached_property
    def estate(self) -> "Estate":
        """The estate that `-i` names."""
        return estate_of(self.asked.inventory)

    @cached_property
    def readings(self) -> "Readings":
        """What is known of every host; nothing before the first scan."""
        from pyops.fleet.store import Store

        file = database(self.estate)
        if not file.exists():
            return {}
        with Store(file) as store:
            return store.latest()

    @cached_property
    def architectures(self) -> frozenset[str]:
        """Those that hosts are known to have."""
        facts = (latest.facts for latest in self.readings.values())
        return frozenset(one.architecture for one in facts if one) or frozenset({"amd64"})

    @cached_property
    def cache(self) -> "Cache":
        """Of indexes and changelogs, beside the user's other caches."""
        from pyops.patches.mirror import Cache

        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return Cache(home / "pyops" / "patches")

    @cached_property
    def mirrors(self) -> "Mapping[str, Indexes]":
        """The mirror of each site; sites of one place share it."""
        from pyops.patches.indexes import Indexes
        from pyops.patches.mirror import Mirror
        from pyops.patches.release import Key

        key = Key(self.asked.key or self.estate.file.parent / KEY)
        places = self._places()
        components = self.estate.packages.components
        made = {
            place: Indexes(Mirror(place), key, self.cache, self.now, components)
            for place in dict.fromkeys(places.values())
        }
        return {site: made[place] for site, place in places.items()}

    def _places(self) -> dict[str, str]:
        from pyops.estate.problems import nearest

        places = dict.fromkeys(self.estate.sites, self.estate.packages.uri)
        for given in self.asked.mirrors:
            site, named, place = given.partition("=")
            if not named or "/" in site:
                places = dict.fromkeys(places, given)
            elif site in places:
                places[site] = place
            else:
                hint = nearest(site, places)
                raise WrongUsage(f"--mirror: {given}, {site} is not a site of {self.estate.name}{hint}")
        return places

    @cached_property
    def published(self) -> "Published":
        """Every ring as every site's mirror publishes it."""
        rings = self.estate.patches.rings
        return {(site, ring): self.index(site, ring) for ring in rings for site in self.mirrors}

    def index(self, site: str, suite: str) -> "Index":
        """A suite of a site's mirror, read once."""
        key = (id(self.mirrors[site]), suite)
        if key not in self._indexes:
            self._indexes[key] = self.mirrors[site].read(suite, self.architectures)
        return self._indexes[key]

    @cached_property
    def _indexes(self) -> "dict[tuple[int, str], Index]":
        return {}

    def library(self, site: str, index: "Index") -> "Library":
        """The changelogs of an index's packages."""
        from pyops.patches.library import Library

        return Library(self.mirrors[site], index, self.cache)

    @cached_property
    def standings(self) -> "tuple[Standing, ...]":
        """Every host that is asked about."""
        from pyops.fleet.selection import select
        from pyops.patches.alignment import align

        fresh = timedelta(hours=self.asked.max_age_hours)
        chosen = set(select(self.estate, self.asked.limit))
        all_of_them = align(self.estate, self.readings, self.published, self.now, fresh)
        return tuple(one for one in all_of_them if one.member.name in chosen)

    @cached_property
    def parity(self) -> "Parity":
        """The matrix of those hosts."""
        from pyops.patches.parity import parity

        return parity(self.estate, self.standings, self.readings, self.published)
