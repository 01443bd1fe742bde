"""Files that are written whole or not at all, whenever a kill comes, and what a disk refuses, in words."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyops.errors import OutsideFailed

FOR_ALL = 0o644
"""A mode: for all to read."""
OWNERS_ALONE = 0o600
REFUSALS = frozenset(
    (
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
        *(errno.EACCES, errno.EPERM, errno.EROFS),
        *(errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.ELOOP, errno.ENAMETOOLONG),
        *(errno.EIO, errno.ESTALE),
    )
)
"""What a disk refuses whoever asks: for want of room or of rights, for what is in the way, or since it fails itself.

A file that is missing is no refusal: whoever asks for it knows whether it may be, and where it may not that is a bug.
"""


def user_cache() -> Path:
    """The folder of what may be lost at any time and is made again (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pyops"


@contextmanager
def disk_errors(path: Path, doing: str = "written") -> Iterator[None]:
    """Turn what the disk refuses, at or below `path`, into one line for a person (OutsideFailed); other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in REFUSALS:
            raise _refused(error.filename or path, error, doing) from error
        raise


def write_whole(path: Path, text: str, mode: int | None = None) -> None:
    """Write a file in one step, in place of what was there; without a mode, as the user's mask has it."""
    with _prepared(path, text, mode) as temporary:
        temporary.replace(path)
        _settle(path.parent)


def write_once(path: Path, text: str) -> bool:
    """Write a file in one step unless there is one; says whether it was written."""
    with _prepared(path, text, None) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        _settle(path.parent)
        return True


@contextmanager
def _prepared(path: Path, text: str, mode: int | None) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                if mode is not None:
                    os.fchmod(descriptor, mode)
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path | str, error: OSError, doing: str = "written") -> OutsideFailed:
    return OutsideFailed(f"{path}: could not be {doing}, {error.strerror}")


def _settle(folder: Path) -> None:
    """Have the folder itself on the disk: a name that is only in memory is lost with the power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
