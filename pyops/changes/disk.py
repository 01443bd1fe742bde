"""Files that are written whole or not at all, whenever a kill comes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyops.errors import OutsideFailed


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step, in place of what was there."""
    with _prepared(path, text) as temporary:
        temporary.replace(path)
        _settle(path.parent)


def write_once(path: Path, text: str) -> bool:
    """Write a file in one step unless there is one; says whether it was written."""
    with _prepared(path, text) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        _settle(path.parent)
        return True


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """What a disk refuses is said in words."""
    try:
        yield
    except OSError as error:
        raise OutsideFailed(f"{error.filename or path}: {error.strerror}") from None


@contextmanager
def _prepared(path: Path, text: str) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Have the folder itself on the disk: a name that is only in memory is lost with the power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
