"""A mirror that copies another: the origin's releases, byte for byte."""

import hashlib
from dataclasses import dataclass
from typing import Any

from package_mirror.errors import MirrorError, Refused
from package_mirror.installing import install
from package_mirror.place import Web
from package_mirror.release import LONGEST
from package_mirror.settings import Settings
from package_mirror.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Copying:
    """What the mirrors of all sites but one do."""

    settings: Settings

    def __post_init__(self) -> None:
        if not self.settings.origin:
            raise Refused("package_mirror_origin: none, this mirror is the origin and copies from nobody")

    def copy(self, suite: str, sha256: str) -> dict[str, Any]:
        """Have a release of the origin, whether or not it is served there; raises Refused, OutsideFailed."""
        folder = f"dists/{self._shelf.folder(suite, sha256).name}"
        release, added = install(self.settings, self._origin, folder, suite, sha256)
        return {"suite": suite, "baseline": release.baseline, "sha256": release.sha256, "added": added}

    def follow(self) -> dict[str, Any]:
        """Serve what the origin serves now, one suite whether or not another can; raises Refused, OutsideFailed."""
        switched: list[str] = []
        failures: list[MirrorError] = []
        for suite in self.settings.suites:
            try:
                switched += [suite] if self._follow(suite) else []
            except MirrorError as error:
                failures.append(error)
        if failures:
            raise type(failures[0])("; ".join(map(str, failures)))
        return {"switched": switched}

    def _follow(self, suite: str) -> bool:
        content = self._origin.read(f"dists/{suite}/InRelease", LONGEST)
        sha256, served = hashlib.sha256(content).hexdigest(), self._shelf.served(suite)
        if served and served.sha256 == sha256:
            return False
        self.copy(suite, sha256)
        return self._shelf.switch(suite, sha256)

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.settings.public, self.settings.work)

    @property
    def _origin(self) -> Web:
        # Within the estate no proxy stands between two mirrors.
        return Web(self.settings.origin, "", self.settings.patience_seconds)
