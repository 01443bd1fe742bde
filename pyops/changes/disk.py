"""What a disk refuses, in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyops.errors import OutsideFailed


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """What a disk refuses is said in words."""
    try:
        yield
    except OSError as error:
        raise OutsideFailed(f"{error.filename or path}: {error.strerror}") from None
