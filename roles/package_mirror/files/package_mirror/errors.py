"""Every error that a person is meant to read, as `<where>: <what was given>, <the rule it breaks>`.

MirrorError          exit code 1
├── Refused          1: what was asked for is not allowed, or was found wanting
└── OutsideFailed    3: another mirror, a tool or the system failed
    └── NotThere     3: the other mirror has no such file
"""

from typing import ClassVar


class MirrorError(Exception):
    """Base of all errors that are printed without a traceback."""

    exit_code: ClassVar[int] = 1


class Refused(MirrorError):  # noqa: N818 - named in words
    """Something that was asked for is not allowed or was found wanting."""


class OutsideFailed(MirrorError):  # noqa: N818 - named in words
    """Another mirror, a tool or the system failed."""

    exit_code = 3


class NotThere(OutsideFailed):
    """The other mirror has no such file."""
