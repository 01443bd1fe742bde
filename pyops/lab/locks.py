"""Locks between processes and threads: one for each record, and one for the whole lab."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pyops.errors import Refused
from pyops.lab.place import Lab, check_name
from pyops.lab.tools import disk_errors


def _open(path: Path) -> int:
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


@contextmanager
def file_lock(path: Path) -> Iterator[int]:
    """Hold the lock of a file, waiting for it; yields the descriptor, which a child process may keep open.

    flock belongs to the open file, so threads of one process exclude each other as well.
    """
    while True:
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not _is_still(path, descriptor):  # the lab went down while we waited: this lock guards nothing any more
                continue
            yield descriptor
            return
        finally:
            os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def record(lab: Lab, kind: str, name: str) -> Iterator[None]:
    """Work alone on one thing of the lab."""
    with file_lock(lab.state / "locks" / f"{kind}-{check_name(name)}"):
        yield


@contextmanager
def whole_lab(lab: Lab, doing: str) -> Iterator[None]:
    """Work alone on the whole lab (`doing`: "lab up", "lab run" ...), or be refused at once, naming who does."""
    descriptor = _open(lab.state / "lock")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            raise Refused(f"{lab.state}: {holder} works on this lab, wait until it is done or end it") from None
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"`{doing}` (process {os.getpid()}, since {since})\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
