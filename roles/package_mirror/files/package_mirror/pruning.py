"""What is no longer needed, taken away: old releases, the files that none of the others names, old snapshots."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from package_mirror.aptly import Aptly
from package_mirror.release import Release
from package_mirror.settings import Settings
from package_mirror.shelf import Shelf


def prune(settings: Settings) -> dict[str, Any]:
    """Keep the newest releases of each suite and what is served; raises Refused where a release cannot be read."""
    shelf = Shelf(settings.public, settings.work)
    kept: list[Release] = []
    gone: list[Release] = []
    for suite, releases in shelf.releases().items():
        served = shelf.served(suite)
        for number, release in enumerate(releases):
            is_kept = number < settings.keep or (served and served.sha256 == release.sha256)
            (kept if is_kept else gone).append(release)
    named = {wanted.final for release in kept for wanted in shelf.packages(release)}
    named |= {shelf.by_hash(index) for release in kept for index in release.indexes}
    for release in gone:
        shelf.remove(release.suite, release.sha256)
    files = _remove_others(settings.public / "pool", named) + _remove_others(settings.public / "by-hash", named)
    dropped = [] if settings.origin else _drop_snapshots(settings, {release.baseline for release in kept})
    return {"releases": [f"{one.suite} {one.baseline}" for one in gone], "files": files, "snapshots": dropped}


def _remove_others(folder: Path, named: Iterable[Path]) -> int:
    """Remove the files that are not named, and the folders that are empty then; returns how many files."""
    keep = {str(path) for path in named}
    removed = 0
    for place, _, files in os.walk(folder, topdown=False):
        for file in files:
            if str(Path(place, file)) not in keep:
                Path(place, file).unlink()
                removed += 1
        if place != str(folder) and not any(Path(place).iterdir()):
            Path(place).rmdir()
    return removed


def _drop_snapshots(settings: Settings, in_releases: set[str]) -> list[str]:
    """Forget those that no release is made of, but the newest: one of them may be the next baseline."""
    aptly = Aptly(settings)
    aptly.withdraw()
    baselines = {file.name for file in settings.snapshots.iterdir()}
    every = aptly.snapshots()
    newest = [name for name in every if name in baselines][-settings.keep :]
    old = [name for name in every if name not in in_releases and name not in newest]
    for name in old:
        (settings.snapshots / name).unlink(missing_ok=True)
    aptly.drop_snapshots(old)
    aptly.clean_up()
    return old
