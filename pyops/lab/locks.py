"""Locks between processes and threads: one for each record, and one for the whole lab."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pyops.errors import Refused
from pyops.files import disk_errors
from pyops.lab.place import Lab, check_name


def _open(path: Path) -> int:
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


@contextmanager
def file_lock(path: Path) -> Iterator[int]:
    """Hold the lock of a file, waiting for it; yields the descriptor, which a child process may keep open.

    flock belongs to the open file, so threads of one process exclude each other as well.
    """
    descriptor = _hold(path, fcntl.LOCK_EX)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _hold(path: Path, how: int) -> int:
    """Lock a file and return its descriptor; BlockingIOError carries who holds it, when `how` says not to wait."""
    while True:
        descriptor = _open(path)
        try:
            fcntl.flock(descriptor, how)
            if _is_still(path, descriptor):
                return descriptor
        except BlockingIOError as held:
            held.filename = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise
        os.close(descriptor)  # the lab went down while we waited: that lock guards nothing any more


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
    with alone(lab.state / "lock", doing, f"{lab.state}", "this lab"):
        yield


@contextmanager
def alone(path: Path, doing: str, where: str, what: str) -> Iterator[None]:
    """Hold the lock of a file, or be refused at once, naming who works on `what`."""
    try:
        descriptor = _hold(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        holder = held.filename or "another process"
        raise Refused(f"{where}: {holder} works on {what}, wait until it is done or end it") from None
    try:
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"`{doing}` (process {os.getpid()}, since {since})\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
