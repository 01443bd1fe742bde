"""A release, from another place into the shelf: all of it is verified from the signature down before it has a name."""

import hashlib
from collections.abc import Iterable

from package_mirror import library
from package_mirror.errors import Refused
from package_mirror.library import Wanted
from package_mirror.place import Place
from package_mirror.release import LONGEST, Release, trusted
from package_mirror.settings import Settings
from package_mirror.shelf import Shelf


def install(settings: Settings, place: Place, folder: str, suite: str, sha256: str = "") -> tuple[Release, int]:
    """The release in a folder of the place, and how many files were fetched for it.

    What is there already is read again, and only what is missing is fetched: a run that was killed is completed by the
    next. Raises Refused, OutsideFailed.
    """
    shelf = Shelf(settings.public, settings.work)
    path = f"{folder}/InRelease"
    content = place.read(path, LONGEST)
    found = hashlib.sha256(content).hexdigest()
    if sha256 and found != sha256:
        raise Refused(f"{place.where(path)}: has the SHA-256 {found}, asked was {sha256}")
    release = trusted(place.where(path), content, suite, settings.archive_key, settings.work)
    added = _add(settings, _indexes(shelf, release, folder), place)
    added += _add(settings, shelf.packages(release), place)
    shelf.put(release)
    return release, added


def verify(settings: Settings, suite: str) -> tuple[Release, list[Wanted]]:
    """The served release and its packages, everything read again from the signature down; raises Refused."""
    shelf = Shelf(settings.public, settings.work)
    file = settings.dists / suite / "InRelease"
    if not file.exists():
        raise Refused(f"{settings.dists / suite}: is not there, only a suite that is served can be verified")
    release = trusted(str(file), file.read_bytes(), suite, settings.archive_key, settings.work)
    indexes = _indexes(shelf, release, "")
    within = [Wanted(one.listed, file.parent / index.path) for one, index in zip(indexes, release.indexes, strict=True)]
    _whole([*indexes, *within])
    packages = shelf.packages(release)
    _whole(packages)
    return release, packages


def _indexes(shelf: Shelf, release: Release, folder: str) -> list[Wanted]:
    return [Wanted(index._replace(path=f"{folder}/{index.path}"), shelf.by_hash(index)) for index in release.indexes]


def _add(settings: Settings, wanted: Iterable[Wanted], place: Place) -> int:
    return library.add(wanted, place, settings.work, settings.reserve_mib)


def _whole(wanted: Iterable[Wanted]) -> None:
    for lost in library.missing(wanted):
        raise Refused(f"{lost.final}: is not there, the served release names it")
