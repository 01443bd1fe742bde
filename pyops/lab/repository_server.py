# A request is a path of text, and is checked as one.
# ruff: noqa: PTH113, PTH118, PTH123
"""Serves the lab's packages over HTTP, as a proxy: whatever host a request names, the path alone decides the answer.

A program of its own, started by `repository.start` inside the lab's namespace: PORT INDEX ARCHIVE.
"""

import os
import shutil
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD: `.../dists/...` and `.../pool/own/...` from the index, `.../pool/FILE` from the archive."""

    protocol_version = "HTTP/1.1"
    index = ""
    archive = ""

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        """Send what a GET would, without the content."""
        self._answer(with_content=False)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write down what was refused only: a lab installs thousands of files."""
        if code not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            super().log_request(code, size)

    def _answer(self, *, with_content: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        if path == "/healthy":
            self._head(HTTPStatus.OK, 0)
            return
        file = self._file(path)
        if file is None or not os.path.isfile(file):
            self._head(HTTPStatus.NOT_FOUND, 0)
            return
        with open(file, "rb") as content:
            self._head(HTTPStatus.OK, os.fstat(content.fileno()).st_size)
            if with_content:
                shutil.copyfileobj(content, self.wfile)

    def _file(self, path: str) -> str | None:
        """The file for a path; `..` leads nowhere."""
        parts = path.split("/")
        if ".." in parts:
            return None
        if "dists" in parts:
            return os.path.join(self.index, *parts[parts.index("dists") :])
        if "pool" in parts:
            inner = parts[parts.index("pool") + 1 :]
            own = inner[:1] == ["own"]
            return os.path.join(self.index, *inner) if own else os.path.join(self.archive, parts[-1])
        return None

    def _head(self, status: HTTPStatus, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()


class Server(ThreadingHTTPServer):
    """Many hosts install at once."""

    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    Handler.index, Handler.archive = sys.argv[2:4]
    Server(("", int(sys.argv[1])), Handler).serve_forever()
