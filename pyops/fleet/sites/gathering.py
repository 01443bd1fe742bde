"""The asking end: Dask's scheduler in a thread of ours; readers come to it, and what they tell goes into a queue."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Client, Future, Scheduler, wait
from distributed.diagnostics.plugin import SchedulerPlugin

from pyops.errors import OutsideFailed, PyopsError
from pyops.fleet.sites.credentials import ASKER, SCHEDULER, Credentials
from pyops.fleet.sites.messages import TOPIC, Event, Over, event
from pyops.fleet.sites.reader import read_hosts
from pyops.fleet.sites.wire import configured, security
from pyops.fleet.target import Settings, Target

PORT = 8786
"""Dask's own, registered with IANA for it."""
_TICK = 0.1
_CLOSING_SECONDS = 10


def _here(call: Callable[[], None]) -> None:
    call()


@dataclass(frozen=True, slots=True)
class Listening:
    """Where readers come to: addresses of this machine, or of the network namespace that `within` makes a call in."""

    addresses: tuple[str, ...] = ("127.0.0.1",)
    port: int = PORT
    within: Callable[[Callable[[], None]], None] = _here


Works = Mapping[str, Sequence[Target]]
"""The hosts of each site."""
Events = queue.SimpleQueue[Event | Exception]


@contextmanager
def gathering(listening: Listening, certificates: Path, works: Works, settings: Settings) -> Iterator[Events]:
    """Give every reader that comes its site's hosts to read; yields what readers tell, or the error that ended it all.

    Leaving it ends the scheduler; readers notice, and stop.
    """
    told: Events = queue.SimpleQueue()
    is_over = threading.Event()
    run = _Gathering(listening, certificates, works, settings, told, is_over)
    thread = threading.Thread(target=run.whole, name="fleet by site", daemon=True)
    thread.start()
    try:
        yield told
    finally:
        is_over.set()
        thread.join(_CLOSING_SECONDS)


class _Scheduler(Scheduler):
    """Opens the ports that it is told to, and no more."""

    def start_http_server(self, *_arguments: Any, **_options: Any) -> None:
        """None: Dask's own would listen without asking for a certificate, dashboard or not."""


class _Desk(SchedulerPlugin):
    """Sees readers come and go, and hears what they tell."""

    name = "pyops-fleet"

    def __init__(self, works: Works, told: Events, begin: Callable[[str, str], None]) -> None:
        self._targets = {site: {target.host: target for target in targets} for site, targets in works.items()}
        self._told = told
        self._begin = begin
        self._awaited = set(works)
        self._sites: dict[str, str] = {}

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        """A reader has come: the first of its site gets the hosts. One that was lost does not begin anew."""
        site = str(scheduler.workers[worker].name)
        if site in self._awaited:
            self._awaited.remove(site)
            self._sites[worker] = site
            self._begin(site, worker)

    def remove_worker(self, scheduler: Scheduler, worker: str, **_details: Any) -> None:  # noqa: ARG002 - Dask's names
        """A reader has gone."""
        if site := self._sites.pop(worker, None):
            self._told.put(Over(site, "its reader is gone"))

    def log_event(self, topic: str, msg: Any) -> None:
        """A reader tells something; who it is, the scheduler knows from the connection."""
        if topic == TOPIC and (site := self._sites.get(msg.get("worker"))):
            self._told.put(event(site, self._targets[site], msg))


@dataclass(slots=True)
class _Gathering:
    """What the thread does."""

    listening: Listening
    certificates: Path
    works: Works
    settings: Settings
    told: Events
    is_over: threading.Event

    def whole(self) -> None:
        """Until it is over; an error goes where everything goes that is told."""
        try:
            self.listening.within(lambda: asyncio.run(self._gather()))
        except PyopsError as error:
            self.told.put(error)
        except Exception as error:
            where = f"{', '.join(self.listening.addresses)} port {self.listening.port}"
            self.told.put(OutsideFailed(f"{where}: readers cannot come, {error.__cause__ or error}"))

    async def _gather(self) -> None:
        scheduling, asking = Credentials(self.certificates, SCHEDULER), Credentials(self.certificates, ASKER)
        scheduling.check()
        asking.check()
        count = len(self.listening.addresses)
        ports: dict[str, Any] = {
            "host": list(self.listening.addresses),
            "port": [self.listening.port] * count,
            "protocol": ["tls"] * count,
        }
        with configured(logging.CRITICAL + 1):  # what happens to readers is told with their hosts
            async with _Scheduler(security=security(scheduling, "scheduler"), **ports) as scheduler:
                own = security(asking, "client")
                async with Client(scheduler.address, security=own, asynchronous=True, set_as_default=False) as client:
                    await self._listen(scheduler, client)

    async def _listen(self, scheduler: Scheduler, client: Client) -> None:
        watches: set[asyncio.Task[None]] = set()

        def begin(site: str, reader: str) -> None:
            future = client.submit(
                read_hosts, list(self.works[site]), self.settings,
                key=f"{TOPIC}-{site}", workers=[reader], allow_other_workers=False, retries=0, pure=False,
            )  # fmt: skip
            watches.add(asyncio.create_task(self._watch(site, future)))

        desk = _Desk(self.works, self.told, begin)
        scheduler.add_plugin(desk)
        for reader in list(scheduler.workers):
            desk.add_worker(scheduler, reader)
        while not self.is_over.is_set():
            await asyncio.sleep(_TICK)
            await scheduler.check_worker_ttl()  # Dask's own rounds are as long as what they look for
        for watch in watches:
            watch.cancel()

    async def _watch(self, site: str, future: "Future[None]") -> None:
        """A reader that fails says why; one that has ended has told everything before."""
        await wait(future)
        why = "its reader ended and had not told of it"
        if future.status == "error":
            error = await future.exception()
            why = str(error) if isinstance(error, PyopsError) else f"its reader failed, {type(error).__name__}: {error}"
        self.told.put(Over(site, why))
