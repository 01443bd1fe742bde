"""A site's reader: a Dask worker that asks its own site's hosts when it is told to, with its own account and key."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from distributed import Status, Worker, get_worker

from pyops.errors import OutsideFailed
from pyops.fleet.keyring import Keyring
from pyops.fleet.reading import asker
from pyops.fleet.sites.credentials import Credentials, reader_of
from pyops.fleet.sites.messages import TOPIC, begun, plain
from pyops.fleet.sites.wire import configured, security
from pyops.fleet.target import Access, Settings, Target

_PAUSE = 2.0
_ROUND_SECONDS = 600
"""After so long without anybody a reader begins anew: it sees by then that its certificate has ended, or is another."""
_LOOPBACK = int(IPv4Address("127.0.0.0"))


class SiteReader(Worker):
    """A worker of one task at a time, that opens no port but the one that every worker of Dask has."""

    access: Access

    def start_http_server(self, *_arguments: Any, **_options: Any) -> None:
        """None: Dask's own would listen without asking for a certificate."""


def read_hosts(targets: Sequence[Target], settings: Settings) -> None:
    """The task of a reader: ask, and send what comes of it as it comes. Nobody fetches a result."""
    worker = get_worker()
    assert isinstance(worker, SiteReader)  # noqa: S101 - it runs nowhere else
    worker.log_event(TOPIC, begun())
    own = replace(settings, access=worker.access)
    with closing(asker(own)(targets, own)) as results:
        for result in results:
            if worker.status is not Status.running:
                return  # who asked is gone
            worker.log_event(TOPIC, plain(result))


@dataclass(frozen=True, slots=True)
class Post:
    """Where a reader stands: its site, who it reads for (HOST:PORT), its certificate, and its own way into hosts."""

    site: str
    scheduler: str
    certificates: Path
    access: Access


def serve(post: Post, tell: Callable[[str], None]) -> NoReturn:
    """Serve whoever asks, one after the other; `tell` gets a line when something stands in the way.

    Raises Refused where the certificates, our key or the hosts' keys cannot be read.
    """
    while True:
        try:
            asyncio.run(_has_served(post, _ROUND_SECONDS))
        except OutsideFailed as failed:
            tell(str(failed))
            time.sleep(_PAUSE)


def serve_once(post: Post, patience: float) -> None:
    """Serve the first who asks; raises OutsideFailed if nobody does for so many seconds, and Refused as `serve`."""
    if not asyncio.run(_has_served(post, patience)):
        raise OutsideFailed(f"{post.scheduler}: nobody asked for {post.site} within {patience:g} s")


async def _has_served(post: Post, patience: float) -> bool:
    """Serve the first who asks within so many seconds, and tell whether anybody did."""
    credentials = Credentials(post.certificates, reader_of(post.site))
    credentials.check()
    Keyring(post.access)  # refused before anybody asks, not in the middle of a read
    with TemporaryDirectory(prefix="pyops-reader-") as scratch, configured(logging.ERROR):
        try:
            reader = SiteReader(
                f"tls://{post.scheduler}",
                name=post.site,
                host=_loopback(post.site),
                security=security(credentials, "worker"),
                nthreads=1,
                memory_limit=0,
                death_timeout=patience,
                local_directory=scratch,
            )
            reader.access = post.access
            await reader
        except TimeoutError:
            return False
        except (OSError, RuntimeError, ValueError) as error:
            raise OutsideFailed(f"{post.scheduler}: no reader for {post.site}, {error.__cause__ or error}") from None
        await reader.finished()  # type: ignore[no-untyped-call]  # it is Dask's
    return True


def _loopback(site: str) -> str:
    """The address at which a site's reader listens, on its own machine, and nobody ever calls.

    Dask tells workers apart by it, and each is on a machine of its own: every site has a loopback address of its own.
    """
    return str(IPv4Address(_LOOPBACK + int.from_bytes(sha256(site.encode()).digest()[:3])))
