"""Calls hosts directly, many at once in one thread, so that those that are off hold nobody up."""

import errno
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pyops.fleet.resolving import Resolved
from pyops.fleet.target import Target

YOUNG_SECONDS = 0.3
"""A call that has had no answer for so long is likely to have none: others need not wait for it."""
_TICK = 0.1

Answered = Callable[[Target, socket.socket], None]
Unanswered = Callable[[Target, str], None]


@dataclass(slots=True)
class _Call:
    target: Target
    stream: socket.socket
    begun: float


class Caller:
    """Opens TCP connections: `answered` takes those that are made, `unanswered` the others with the reason."""

    def __init__(self, answered: Answered, unanswered: Unanswered, deadline: float, young: int, most: int) -> None:
        self._answered = answered
        self._unanswered = unanswered
        self._deadline = deadline
        self._young = young
        self._most = most
        self._selector = selectors.DefaultSelector()
        self._calls: dict[socket.socket, _Call] = {}

    def call(self, targets: Iterable[Resolved], is_stopped: Callable[[], bool]) -> None:
        """Call every target once, no faster than `answered` takes them; returns when all are told, or when stopped."""
        waiting = iter(targets)
        is_last = False
        with self._selector:
            while not (is_last and not self._calls) and not is_stopped():
                while not is_last and self._has_room():
                    following = next(waiting, None)
                    is_last = following is None
                    if following:
                        self._begin(*following)
                for stream in self._ready():
                    self._end(self._forget(stream))
                self._give_up()
            for stream in list(self._calls):
                self._forget(stream).stream.close()

    def _has_room(self) -> bool:
        since = time.monotonic() - YOUNG_SECONDS
        young = 0
        for call in reversed(self._calls.values()):
            if call.begun < since:
                break
            young += 1
        return young < self._young and len(self._calls) < self._most

    def _begin(self, target: Target, address: str) -> None:
        if not address:
            self._unanswered(target, f"{target.address}: has no address")
            return
        stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        code = stream.connect_ex((address, target.port))
        if code not in (0, errno.EINPROGRESS):
            stream.close()
            self._unanswered(target, _words(target, code))
            return
        self._calls[stream] = _Call(target, stream, time.monotonic())
        self._selector.register(stream, selectors.EVENT_WRITE)

    def _ready(self) -> Iterator[socket.socket]:
        if self._calls:
            for key, _ in self._selector.select(_TICK):
                assert isinstance(key.fileobj, socket.socket)  # noqa: S101 - nothing else is registered
                yield key.fileobj

    def _forget(self, stream: socket.socket) -> _Call:
        self._selector.unregister(stream)
        return self._calls.pop(stream)

    def _end(self, call: _Call) -> None:
        code = call.stream.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            call.stream.close()
            self._unanswered(call.target, _words(call.target, code))
        else:
            call.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._answered(call.target, call.stream)

    def _give_up(self) -> None:
        before = time.monotonic() - self._deadline
        for stream, call in list(self._calls.items()):
            if call.begun > before:
                break
            self._forget(stream).stream.close()
            self._unanswered(call.target, f"no answer within {self._deadline:g} s")


def _words(target: Target, code: int) -> str:
    return f"{target.address} port {target.port}: {os.strerror(code).lower()}"
