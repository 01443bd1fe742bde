"""Web servers on loopback that serve a mirror's folder, and count who comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


@dataclass
class Served:
    """A server; `connections` are those that were made to it."""

    server: ThreadingHTTPServer
    connections: list[object] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


class Handler(SimpleHTTPRequestHandler):
    """Keeps connections, as nginx does."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, served: Served, hangs_up_after: int, **options: Any) -> None:
        self.served, self.left = served, hangs_up_after
        super().__init__(*arguments, **options)

    def handle(self) -> None:
        self.served.connections.append(self.client_address)
        super().handle()

    def do_GET(self) -> None:
        self.served.requests.append(self.path)
        super().do_GET()
        self.left -= 1
        if not self.left:
            self.close_connection = True  # without a word of it, as a server does whose patience with us has ended

    def send_error(self, code: int, *_words: object) -> None:
        """Without an end of the connection, which is Python's own way."""
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path, hangs_up_after: int = -1, protocol: str = "HTTP/1.1") -> Iterator[Served]:
    """Serve a folder; a connection is ended after so many files."""
    made = Served.__new__(Served)
    kind = type("Own", (Handler,), {"protocol_version": protocol})
    handler = partial(kind, directory=str(folder), served=made, hangs_up_after=hangs_up_after)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        Served.__init__(made, server)
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        server.shutdown()
