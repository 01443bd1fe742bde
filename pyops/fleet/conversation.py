"""One ssh conversation: key exchange, host key checked, login, one command, its output.

It is paramiko's Transport without its threads: everything happens in the caller's own thread, each step begun by the
host's answer to the last one. Its threads, waking each other for every packet, would cost nearly as much as all else
(docs/decisions/0012).
"""

import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

import paramiko
from paramiko import common
from paramiko.packet import Packetizer

from pyops.fleet.known_hosts import HostKey, fingerprint
from pyops.fleet.session import HANDLERS, LONGEST_ANSWER, CommandRefused, Session

logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # what goes wrong is raised, and told with its host

_CHANNEL = 0
_TICK = 0.5
_LARGEST_PACKET = 256 * 1024
"""OpenSSH's own limit; what is announced is read into memory."""


class Stream(Protocol):
    """What paramiko needs of a stream: a socket, or a channel through another host."""

    def send(self, data: bytes, /) -> int:
        """Send some of it, and tell how much."""

    def recv(self, length: int, /) -> bytes:
        """Receive at most so much; nothing when the other end has closed."""

    def close(self) -> None:
        """End it."""

    def settimeout(self, seconds: float | None, /) -> None:
        """How long the others may wait."""


class WrongHostKey(paramiko.SSHException):
    """The host has shown another key than those that are known."""


class Garbled(paramiko.SSHException):
    """What the host sends is no ssh."""


class HungUp(paramiko.SSHException):
    """The host has ended the conversation, with a word."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are, and who the host must be."""

    user: str
    key: paramiko.PKey
    trusted: tuple[HostKey, ...]

    @property
    def algorithms(self) -> tuple[str, ...]:
        """By which algorithms the host can prove that it holds one of those keys."""
        return tuple(dict.fromkeys(name for key in self.trusted for name in key.algorithms))


class _Then(threading.Event):
    """The event that paramiko sets when a step is done: it begins the next one."""

    def __init__(self, next_step: Callable[[], None]) -> None:
        super().__init__()
        self._next_step = next_step

    def set(self) -> None:
        """Go on."""
        self._next_step()


class _Clocked(Packetizer):
    """Reads until a deadline, and nothing that is larger than any packet; paramiko's own does neither."""

    until = 0.0

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        """So many bytes; a length that no packet has is no length."""
        if n > _LARGEST_PACKET:
            raise Garbled(f"announces a packet of {n:,} bytes")
        return super().read_all(n, check_rekey)

    def start_handshake(self, timeout: float) -> None:
        """Nothing to start: the deadline holds from the first byte to the last."""

    def complete_handshake(self) -> None:
        """Nothing to stop."""

    def handshake_timed_out(self) -> bool:
        """Asked before every read."""
        return time.monotonic() > self.until


class Conversation(paramiko.Transport):
    """What is said with one host over an open stream, until `until` (of time.monotonic)."""

    # Key exchange stays in paramiko's own order: post-quantum wherever it is spoken, then the quickest.
    _active_check_timeout = _TICK
    _preferred_ciphers = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
    _preferred_macs = (
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    )
    _preferred_compression = ("none",)

    _channel_handler_table = HANDLERS

    # Of paramiko's own, which its types do not tell.
    _handler_table: dict[int, Callable[[paramiko.Message], None]]
    _channels: Any
    _send_user_message: Callable[[paramiko.Message], None]
    packetizer: _Clocked

    def __init__(
        self, stream: Stream, login: Login, command: str, until: float, when_admitted: Callable[[], None]
    ) -> None:
        super().__init__(cast(socket.socket, stream), packetizer_class=_Clocked)
        self.login = login
        self._until = until
        self._command = command
        self._when_admitted = when_admitted
        self.session = Session(self._closed)
        self.is_admitted = False
        self.is_finished = False
        self._preferred_keys = login.algorithms
        self.packetizer.until = until
        self.banner_timeout = max(until - time.monotonic(), 0)
        self._handler_table[common.MSG_CHANNEL_OPEN_SUCCESS] = self._opened
        self._handler_table[common.MSG_CHANNEL_OPEN_FAILURE] = self._not_opened

    def start(self) -> None:
        """No thread: `hold` runs the conversation."""

    def hold(self) -> bytes:
        """Say everything, and return what the command wrote; raises SSHException, EOFError or OSError.

        Whatever else its messages make paramiko stumble over is Garbled: no host can end the read of the others.
        """
        self.start_client(event=_Then(self._negotiated))
        self.run()
        # Without these circles, what a conversation held is freed now, and not when the collector next comes by.
        self._handler_table.clear()
        self.session.end()
        if self.is_finished:
            return self.session.output
        error = self.get_exception() or EOFError()
        if not isinstance(error, paramiko.SSHException | EOFError | OSError):
            raise Garbled(f"sends what cannot be read ({type(error).__name__}: {error})") from error
        raise error

    @property
    def is_late(self) -> bool:
        """Whether its time is up."""
        return time.monotonic() >= self._until

    @property
    def stage(self) -> str:
        """How far it came, for people."""
        if not self.remote_version:
            return "before it spoke ssh"
        if not self.initial_kex_done:
            return "while keys were exchanged"
        if not self.is_admitted:
            return "while we logged in"
        return f"while it answered ({self.session.length:,} bytes came)"

    def _negotiated(self) -> None:
        """Keys are exchanged: the host has proved that it holds the key that it shows, and we look whose that is."""
        if not self.active:
            return  # paramiko wakes whoever may wait when it ends, too
        self.completion_event = None
        check_host_key(self, self.login.trusted)
        self.auth_publickey(self.login.user, self.login.key, event=_Then(self._admitted))

    def _admitted(self) -> None:
        """The host has answered to our login."""
        if not self.active:
            return
        if not self.is_authenticated():
            raise self.saved_exception or paramiko.AuthenticationException(
                f"does not let {self.login.user} in with our key"
            )
        self.is_admitted = True
        self._when_admitted()
        # As large a window as any answer may be: it never needs to be moved.
        size = common.DEFAULT_MAX_PACKET_SIZE
        self._send_user_message(_message(common.cMSG_CHANNEL_OPEN, "session", _CHANNEL, LONGEST_ANSWER, size))

    def _opened(self, message: paramiko.Message) -> None:
        """A session is open: ask."""
        message.get_int()
        peer = message.get_int()
        self._channels.put(_CHANNEL, self.session)
        self.session.begin()
        self._send_user_message(_message(common.cMSG_CHANNEL_REQUEST, peer, "exec", True, self._command))

    def _not_opened(self, message: paramiko.Message) -> None:
        message.get_int()
        message.get_int()
        raise CommandRefused(f"opens no session: {message.get_text()}")

    def _closed(self) -> None:
        self.is_finished = True
        self.active = False

    def _parse_disconnect(self, message: paramiko.Message) -> None:
        """The host hangs up, and says why."""
        message.get_int()
        self.saved_exception = HungUp(message.get_text())


def check_host_key(transport: paramiko.Transport, trusted: tuple[HostKey, ...]) -> None:
    """Raise WrongHostKey unless the host has proved that it holds one of these keys."""
    shown = transport.get_remote_server_key().asbytes()
    if shown not in {key.blob for key in trusted}:
        known = " or ".join(key.fingerprint for key in trusted)
        raise WrongHostKey(f"shows {fingerprint(shown)}, known is {known}")


def _message(kind: bytes, *parts: str | int | bool) -> paramiko.Message:
    message = paramiko.Message()
    message.add_byte(kind)
    for part in parts:
        if isinstance(part, bool):
            message.add_boolean(part)
        elif isinstance(part, int):
            message.add_int(part)
        else:
            message.add_string(part)
    return message
