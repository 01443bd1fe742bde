"""The files that all releases share: a file is only ever added, under a name that it has for good."""

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from package_mirror.errors import Refused
from package_mirror.place import Place
from package_mirror.release import Listed

AT_ONCE = 8
"""How many files are fetched, or read, at the same time."""
_MIB = 1024 * 1024
_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


class Wanted(NamedTuple):
    """A file that must be at `final`; `listed.path` is where another place has it."""

    listed: Listed
    final: Path


def missing(wanted: Iterable[Wanted]) -> list[Wanted]:
    """Those that are not there yet; raises Refused where one that is there is not, byte by byte, what it must be."""
    unique = {one.final: one for one in wanted}
    whole = at_once(_is_whole, unique.values())
    return [one for one, is_whole in zip(unique.values(), whole, strict=True) if not is_whole]


def add(wanted: Iterable[Wanted], place: Place, work: Path, reserve_mib: int) -> int:
    """Add from another place what is missing; returns how many files that were.

    Each is checked before it gets its name, and is on the disk before this returns. Raises Refused where one is not
    what it must be, or where the disk would not keep its reserve; OutsideFailed.
    """
    lacking = missing(wanted)
    if place.takes_disk:
        need_room(work, sum(one.listed.size for one in lacking), reserve_mib)
    for folder in {one.final.parent for one in lacking}:
        folder.mkdir(parents=True, exist_ok=True)
    at_once(lambda one: _bring(one, place, work), lacking)
    sync({folder for one in lacking for folder in (one.final.parent, *one.final.parent.parents[:3])})
    return len(lacking)


def need_room(folder: Path, size: int, reserve_mib: int) -> None:
    """Refuse what would not leave the reserve free."""
    free = free_mib(folder)
    needed = -(-size // _MIB)
    if needed and free - needed < reserve_mib:
        rule = f"{reserve_mib} MiB must stay free: {needed + reserve_mib - free} MiB are missing"
        raise Refused(f"{folder}: {needed} MiB are needed and {free} MiB are free, {rule}")


def free_mib(folder: Path) -> int:
    """How much disk is free to the account."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize // _MIB


def check(where: str, file: Path, listed: Listed) -> None:
    """Refuse a file that is not what the signed index says."""
    with file.open("rb") as content:
        size = os.fstat(content.fileno()).st_size
        if size != listed.size or hashlib.file_digest(content, "sha256").hexdigest() != listed.sha256:
            raise Refused(f"{where}: {size} bytes, is not what the signed index says by its SHA-256")


def sync(paths: Iterable[Path]) -> None:
    """Have files and folders on the disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def at_once(do: Callable[[_Item], _Found], items: Iterable[_Item]) -> list[_Found]:
    """Do something with each, several at the same time; the first failure ends it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return list(pool.map(do, items))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _is_whole(wanted: Wanted) -> bool:
    if not wanted.final.exists():
        return False
    check(str(wanted.final), wanted.final, wanted.listed)
    return True


def _bring(wanted: Wanted, place: Place, work: Path) -> None:
    unfinished = work / hashlib.sha256(str(wanted.final).encode()).hexdigest()
    place.bring(wanted.listed.path, unfinished, wanted.listed.size)
    check(place.where(wanted.listed.path), unfinished, wanted.listed)
    sync([unfinished])
    unfinished.rename(wanted.final)
