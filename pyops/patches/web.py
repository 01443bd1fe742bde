"""A mirror's web server, read over one connection that is kept: directly, or through a program that is the stream."""

import io
import socket
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, IncompleteRead
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import quote, urlsplit

from pyops.fleet.target import Direct, Proxy, Target

if TYPE_CHECKING:
    from pyops.fleet.conversation import Stream

CONNECT_S = 5
SILENCE_S = 10
"""How long a server may keep us waiting for the next byte."""
LONGEST_S = 600
"""How long one file may take altogether, however it trickles."""


class Answered(NamedTuple):
    """What a server says to one request."""

    status: int
    reason: str
    content: bytes


class Web:
    """Fetches files below one address. A kept connection that the server has ended meanwhile is made anew, once."""

    def __init__(self, place: str, way: Direct | Proxy) -> None:
        address = urlsplit(place)
        self._is_https = address.scheme == "https"
        self._host, self._folder = address.hostname or "", address.path.rstrip("/")
        self._port = address.port or (443 if self._is_https else 80)
        self._way = way
        self._line: _Line | None = None

    def get(self, path: str, limit: int) -> Answered:
        """A file's content, cut one byte after `limit`; raises OSError or HTTPException."""
        for is_last in (False, True) if self._line else (True,):
            try:
                return self._asked(path, limit)
            except (OSError, HTTPException) as error:
                words = self.close()
                if is_last or isinstance(error, TimeoutError):
                    raise (ConnectionError(words) if words else error) from None
        raise AssertionError  # the last try returns or raises

    def close(self) -> str:
        """End the connection; returns what the program said that was the stream, if there was one."""
        line, self._line = self._line, None
        return line.close() if line else ""

    def _asked(self, path: str, limit: int) -> Answered:
        line = self._line = self._line or self._opened()
        line.begin()
        http = line.http
        http.request("GET", f"{self._folder}/{quote(path)}", headers={"User-Agent": "pyops"})
        answer = http.getresponse()
        content = answer.read(limit + 1)
        if answer.length and len(content) <= limit:
            raise IncompleteRead(content, answer.length)
        if answer.will_close or not answer.isclosed():
            self.close()
        return Answered(answer.status, answer.reason, content)

    def _opened(self) -> "_Line":
        http = HTTPConnection(self._host, self._port)
        http.auto_open = 0  # the stream is ours to make
        return _Line(http, self._stream())

    def _stream(self) -> "Stream":
        if isinstance(self._way, Proxy) and not self._is_https:
            from pyops.fleet.streams import NoWayError, ProxyStream

            try:
                return ProxyStream(self._way, Target(self._host, self._host, self._port))
            except NoWayError as error:
                raise ConnectionError(str(error)) from None
        plain = socket.create_connection((self._host, self._port), CONNECT_S)
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self._host) if self._is_https else plain


class _Line:
    """A stream as http.client wants a socket to be; no wait on it is without an end."""

    def __init__(self, http: HTTPConnection, stream: "Stream") -> None:
        self.http, self._stream = http, stream
        self._until = 0.0
        http.sock = cast(socket.socket, _Endless(self))

    def begin(self) -> None:
        """The next file has its whole time."""
        self._until = time.monotonic() + LONGEST_S

    def send(self, data: bytes) -> int:
        self._stream.settimeout(SILENCE_S)
        return self._stream.send(data)

    def receive(self, length: int) -> bytes:
        left = self._until - time.monotonic()
        is_late = left < SILENCE_S
        try:
            if left <= 0:
                raise TimeoutError
            self._stream.settimeout(left if is_late else SILENCE_S)
            return self._stream.recv(length)
        except TimeoutError:
            raise TimeoutError(f"not there after {LONGEST_S} s" if is_late else f"silent for {SILENCE_S} s") from None

    def close(self) -> str:
        """End it, and tell what the program said that it went through."""
        self.http.close()
        self._stream.close()
        said = getattr(self._stream, "last_words", None)
        return str(said()) if said else ""


@dataclass(frozen=True)
class _Endless:
    """The part of a socket that http.client uses. It closes it before all is read: the line is closed by its owner."""

    line: _Line

    def sendall(self, data: bytes) -> None:
        while data:
            data = data[self.line.send(data) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self.line))

    def close(self) -> None:
        """Nothing."""


class _Received(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed asks for any buffer
        data = self._line.receive(len(buffer))
        buffer[: len(data)] = data
        return len(data)
