"""Asks a fleet: one thread calls, a bounded crew of threads converses, what comes of it is yielded as it comes."""

import queue
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress

from pyops.fleet.answer import Answer
from pyops.fleet.asking import ask
from pyops.fleet.calling import Caller
from pyops.fleet.conversation import Stream
from pyops.fleet.keyring import Keyring
from pyops.fleet.observation import Reason, Silence
from pyops.fleet.resolving import resolved
from pyops.fleet.silences import silent
from pyops.fleet.streams import BastionLine, NoWayError, ProxyStream
from pyops.fleet.target import Bastion, Direct, Proxy, Settings, Target

_TICK = 0.2

_Called = tuple[Target, socket.socket | None] | None
"""A host with its stream, if it has been called; None when there are no more."""


def ask_all(targets: Sequence[Target], settings: Settings) -> Generator[Answer | Silence]:
    """Ask every target once, in threads of this process; raises Refused where a key file cannot be read.

    Whoever stops listening stops the asking: what is under way is dropped.
    """
    keyring = Keyring(settings.access)
    known = [target for target in targets if keyring.trusted(target)]
    crew = _Crew(known, settings, keyring)
    crew.begin()
    try:
        for target in targets:
            if not keyring.trusted(target):
                detail = f"no key of {' or '.join(target.names)} in {settings.access.known_hosts}"
                yield silent(target, Reason.UNKNOWN_HOST_KEY, detail)
        for _ in known:
            yield crew.next()
    finally:
        crew.stop()


class _Crew:
    """The threads of one run, and the queues between them."""

    def __init__(self, targets: Sequence[Target], settings: Settings, keyring: Keyring) -> None:
        self._targets = targets
        self._settings = settings
        self._keyring = keyring
        self._threads = min(settings.threads, len(targets))
        self._stopped = threading.Event()
        self._called: queue.Queue[_Called] = queue.Queue(settings.threads)
        self._results: queue.Queue[Answer | Silence | BaseException] = queue.Queue(2 * settings.threads)
        self._gate = threading.BoundedSemaphore(settings.jump_connections)
        way = settings.access.way
        self._line = BastionLine(way, keyring, settings.connect_deadline) if isinstance(way, Bastion) else None

    def begin(self) -> None:
        """Start the threads; each ends when there are no more hosts."""
        for _ in range(self._threads):
            self._start(self._converse)
        self._start(self._call if isinstance(self._settings.access.way, Direct) else self._hand_out)

    def next(self) -> Answer | Silence:
        """What came next; a mistake of our own in a thread is raised here."""
        result = self._results.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def stop(self) -> None:
        """Take no more hosts; a thread that is in a conversation ends with it, or with the process."""
        self._stopped.set()
        with suppress(queue.Empty):
            while True:
                _close(self._called.get_nowait())
        for _ in range(self._threads):
            with suppress(queue.Full):
                self._called.put_nowait(None)
        if self._line:
            self._line.close()

    def _start(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:
                self._put(self._results, error)

        threading.Thread(target=guarded, name=f"fleet {work.__name__}", daemon=True).start()

    def _call(self) -> None:
        """Call the hosts directly; whoever answers waits for a thread that converses."""
        settings = self._settings

        def answered(target: Target, stream: socket.socket) -> None:
            self._put(self._called, (target, stream))

        def unanswered(target: Target, why: str) -> None:
            self._put(self._results, silent(target, Reason.UNREACHABLE, why))

        caller = Caller(answered, unanswered, settings.connect_deadline, settings.threads, settings.connecting)
        caller.call(resolved(self._targets), self._stopped.is_set)
        self._no_more()

    def _hand_out(self) -> None:
        """Hosts behind a proxy or a bastion are called by the threads that converse."""
        for target in self._targets:
            self._put(self._called, (target, None))
        self._no_more()

    def _no_more(self) -> None:
        for _ in range(self._threads):
            self._put(self._called, None)

    def _put[Thing](self, line: queue.Queue[Thing], thing: Thing) -> None:
        """Wait for room, unless the run is stopped: nobody takes it then."""
        while not self._stopped.is_set():
            with suppress(queue.Full):
                line.put(thing, timeout=_TICK)
                return
        _close(thing)

    def _converse(self) -> None:
        while not self._stopped.is_set() and (called := self._called.get()):
            target, stream = called
            self._put(self._results, self._ask(target, stream) if stream else self._ask_through(target))

    def _ask(self, target: Target, stream: Stream) -> Answer | Silence:
        return ask(target, stream, self._keyring.login(target), self._settings, lambda: None)

    def _ask_through(self, target: Target) -> Answer | Silence:
        """Few may log in at once through a proxy or a bastion: a place is free when a host lets us in, or does not."""
        place = _Place(self._gate)
        try:
            return ask(target, self._stream(target), self._keyring.login(target), self._settings, place.leave)
        except NoWayError as error:
            return silent(target, Reason.UNREACHABLE, str(error))
        finally:
            place.leave()

    def _stream(self, target: Target) -> Stream:
        way = self._settings.access.way
        if self._line:
            return self._line.stream(target)
        assert isinstance(way, Proxy)  # noqa: S101 - the only way that is left
        return ProxyStream(way, target)


def _close(thing: object) -> None:
    """A stream that nobody will talk over."""
    if isinstance(thing, tuple) and thing[1]:
        thing[1].close()


class _Place:
    """A place within a gate, taken when made, left once."""

    def __init__(self, gate: threading.BoundedSemaphore) -> None:
        gate.acquire()
        self._gate: threading.BoundedSemaphore | None = gate

    def leave(self) -> None:
        """Make room for the next one."""
        if self._gate:
            self._gate.release()
            self._gate = None
