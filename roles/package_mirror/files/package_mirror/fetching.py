"""The origin: fetches from upstream, keeps snapshots of it as baselines, and publishes them signed."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from package_mirror.aptly import Aptly
from package_mirror.errors import Refused
from package_mirror.installing import install
from package_mirror.library import need_room
from package_mirror.place import Folder
from package_mirror.proxy import proxy_for
from package_mirror.release import Release
from package_mirror.settings import FIXES, Settings
from package_mirror.shelf import Shelf
from package_mirror.upstream import lacking_bytes

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Fetching:
    """What the origin does, and no other mirror."""

    settings: Settings

    def __post_init__(self) -> None:
        if self.settings.origin:
            raise Refused(f"package_mirror_origin: {self.settings.origin}, only the origin fetches and publishes")

    def fetch(self) -> dict[str, Any]:
        """Bring the sources up to date and serve new fixes; rings stay. Raises Refused, OutsideFailed."""
        proxies = {source: proxy_for(source.uri) for source in self.settings.sources}
        lacking = sum(lacking_bytes(self.settings, self._aptly, source, proxy) for source, proxy in proxies.items())
        need_room(self.settings.root, lacking, self.settings.reserve_mib)
        for source, proxy in proxies.items():
            self._aptly.update(source, proxy)
        packages = {source.name: self._aptly.packages(source) for source in self.settings.sources}
        fixes = self._serve_fixes(packages[FIXES]) if FIXES in packages else None
        return {"sources": {name: len(each) for name, each in packages.items()}, FIXES: fixes}

    def snapshot(self, name: str) -> dict[str, Any]:
        """Make a baseline of what was fetched, unless there is one of the name; raises Refused, OutsideFailed."""
        if not _NAME.fullmatch(name):
            raise Refused(f"{name}: no name of a baseline, it has small letters, digits, dots and dashes")
        made = name not in self._aptly.snapshots()
        if made:
            self._refuse_the_past(name)
            self._aptly.snapshot(name, self.settings.sources)
        (self.settings.snapshots / name).touch()
        return {"snapshot": name, "made": made}

    def publish(self, ring: str, name: str) -> dict[str, Any]:
        """Have a release of a baseline for a ring, a new one unless it is there; raises Refused, OutsideFailed."""
        if ring not in self.settings.rings:
            raise Refused(f"{ring}: no ring of the estate, it has {', '.join(self.settings.rings)}")
        release = self._publish(ring, name)
        return {"suite": ring, "baseline": release.baseline, "sha256": release.sha256}

    def _refuse_the_past(self, name: str) -> None:
        """What is fetched now is no baseline of an earlier day, nor another one of a name that was given already."""
        releases = self._shelf.releases()
        days = [release.baseline for ring in self.settings.rings for release in releases.get(ring, [])]
        newest = max(filter(_DAY.fullmatch, [*days, *self._baselines]), default="")
        if _DAY.fullmatch(name) and name <= newest:
            raise Refused(f"{name}: no new baseline, {newest} is there: what is fetched now needs a later day")

    def _serve_fixes(self, packages: list[str]) -> dict[str, Any]:
        """The fixes have no baseline: their snapshot is named after what is in it."""
        digest = hashlib.sha256("\n".join(packages).encode()).hexdigest()
        name = f"{FIXES}-{digest[:12]}"
        if name not in self._aptly.snapshots():
            self._aptly.snapshot(name, tuple(one for one in self.settings.sources if one.name == FIXES))
        release = self._publish(FIXES, name)
        switched = self._shelf.switch(FIXES, release.sha256)
        return {"baseline": name, "sha256": release.sha256, "switched": switched}

    def _publish(self, suite: str, name: str) -> Release:
        for release in self._shelf.releases().get(suite, []):
            if release.baseline == name:
                return release
        if name not in self._aptly.snapshots():
            raise Refused(f"{name}: no baseline of this mirror, it has {', '.join(self._baselines) or 'none'}")
        with self._aptly.published(suite, name) as folder:
            release, _ = install(self.settings, Folder(folder), f"dists/{suite}", suite)
        return release

    @property
    def _baselines(self) -> list[str]:
        return sorted(file.name for file in self.settings.snapshots.iterdir())

    @property
    def _aptly(self) -> Aptly:
        return Aptly(self.settings)

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.settings.public, self.settings.work)
