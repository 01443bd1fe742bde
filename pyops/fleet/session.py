"""The one session of a conversation: what the command writes, until it ends. See RFC 4254, sections 5 and 6."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

import paramiko
from paramiko import common

LONGEST_ANSWER = 32 * 1024 * 1024
"""Bytes that a host may answer: hundreds of times what a large desktop says."""
_MOST_COMPLAINTS = 2000


class CommandRefused(paramiko.SSHException):
    """The host lets us in and does not do what we ask."""


class Session:
    """Collects the output of a command, and tells the conversation when it is over."""

    def __init__(self, when_closed: Callable[[], None]) -> None:
        self._when_closed = when_closed
        self._told: list[bytes] = []
        self.length = 0
        self._complaints = b""
        self.asked_at = self.heard_at = datetime.now(UTC)

    @property
    def output(self) -> bytes:
        """What the command wrote."""
        return b"".join(self._told)

    @property
    def complaints(self) -> str:
        """The first of what it wrote to standard error."""
        return self._complaints.decode("utf-8", "backslashreplace").strip()

    def begin(self) -> None:
        """The command is sent now."""
        self.asked_at = self.heard_at = datetime.now(UTC)

    def end(self) -> None:
        """The conversation is over: it is not told anything any more."""
        self._when_closed = _nobody

    def _refused(self, _message: paramiko.Message) -> None:
        raise CommandRefused("runs no command for us")

    def _data(self, message: paramiko.Message) -> None:
        if not self._told:
            self.heard_at = datetime.now(UTC)
        content = message.get_binary()
        self.length += len(content)
        if self.length > LONGEST_ANSWER:
            raise CommandRefused(f"answers more than {LONGEST_ANSWER:,} bytes")
        self._told.append(content)

    def _complained(self, message: paramiko.Message) -> None:
        message.get_int()
        self._complaints = (self._complaints + message.get_binary())[:_MOST_COMPLAINTS]

    def _closed(self, _message: paramiko.Message) -> None:
        self._when_closed()

    def _ignored(self, _message: paramiko.Message) -> None:
        """Its exit status, too: an answer tells by itself whether it is whole."""

    def _unlink(self) -> None:
        """Paramiko says so to its own channels when the connection is gone."""

    handlers: ClassVar[dict[int, Callable[["Session", paramiko.Message], None]]] = {
        common.MSG_CHANNEL_SUCCESS: _ignored,
        common.MSG_CHANNEL_FAILURE: _refused,
        common.MSG_CHANNEL_DATA: _data,
        common.MSG_CHANNEL_EXTENDED_DATA: _complained,
        common.MSG_CHANNEL_WINDOW_ADJUST: _ignored,
        common.MSG_CHANNEL_REQUEST: _ignored,
        common.MSG_CHANNEL_EOF: _ignored,
        common.MSG_CHANNEL_CLOSE: _closed,
    }


def _nobody() -> None:
    """Who is told of the end once nobody listens."""


HANDLERS = Session.handlers
"""What paramiko calls with a session for each kind of message."""
