"""Every error that a person is meant to read.

PyopsError            exit code 1
├── Refused           1: the request, the estate or the state of things does not allow it
├── WrongUsage        2: the command was called wrongly
└── OutsideFailed     3: a host, an engine or a tool outside this program failed

The command line catches PyopsError, prints it and exits with its code; anything else is a bug and keeps its traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Literal


class PyopsError(Exception):
    """Base of all errors that are printed without a traceback."""

    exit_code: ClassVar[int] = 1


class Refused(PyopsError):
    """Something that was asked for is not allowed or was found wanting."""


class WrongUsage(PyopsError):
    """A command was called with arguments that do not fit together."""

    exit_code = 2


class OutsideFailed(PyopsError):
    """A host, an engine or a tool outside this program failed."""

    exit_code = 3


def in_words(error: OSError) -> str:
    """What the system says of an error, to stand behind a colon."""
    return (error.strerror or str(error)).lower()


@contextmanager
def file_errors(file: Path, doing: Literal["read", "written"] = "read") -> Iterator[None]:
    """A file that a person named, and that cannot be read or written, is refused in words."""
    try:
        yield
    except OSError as error:
        raise Refused(f"{file}: cannot be {doing}: {in_words(error)}") from None
