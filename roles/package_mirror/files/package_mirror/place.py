"""Where a release comes from: another mirror, or a folder of this host. Nothing that it says is believed here."""

import http.client
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

from package_mirror.errors import NotThere, OutsideFailed, Refused

_PIECE = 1024 * 1024


class Place(Protocol):
    """Files by their paths, from above `dists` and `pool`."""

    takes_disk: bool
    """Whether what is brought from it needs room of its own."""

    def where(self, path: str) -> str:
        """A file of it as people name it."""

    def read(self, path: str, longest: int) -> bytes:
        """A file's content; raises Refused where it is longer, OutsideFailed."""

    def bring(self, path: str, target: Path, longest: int) -> None:
        """Have a file at `target`, which is not there yet; raises Refused where it is longer, OutsideFailed."""


class Folder:
    """A folder on the same file system: files are linked."""

    takes_disk = False

    def __init__(self, root: Path) -> None:
        self._root = root

    def where(self, path: str) -> str:
        """A file of it as people name it."""
        return str(self._root / path)

    def read(self, path: str, longest: int) -> bytes:
        """A file's content."""
        with (self._root / path).open("rb") as file:
            return _within(self.where(path), file.read(longest + 1), longest)

    def bring(self, path: str, target: Path, longest: int) -> None:  # noqa: ARG002 - its size is checked by whoever brings it
        """Link a file."""
        os.link(self._root / path, target)


class Web:
    """A server, asked by a proxy or without any."""

    takes_disk = True

    def __init__(self, base: str, proxy: str, patience_seconds: int) -> None:
        if not base.startswith(("http://", "https://")):
            raise Refused(f"{base}: no address of a server, it begins with http:// or https://")
        self._base = base.rstrip("/")
        self._patience_seconds = patience_seconds
        proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))

    def where(self, path: str) -> str:
        """A file of it as people name it."""
        return f"{self._base}/{urllib.parse.quote(path, safe='/~+:')}"

    def read(self, path: str, longest: int) -> bytes:
        """A file's content."""
        return b"".join(self._pieces(path, longest))

    def bring(self, path: str, target: Path, longest: int) -> None:
        """Download a file."""
        with target.open("xb") as file:
            for piece in self._pieces(path, longest):
                file.write(piece)

    def _pieces(self, path: str, longest: int) -> Iterator[bytes]:
        where, received = self.where(path), 0
        with closing(self._answer(where)) as answer:
            while piece := self._next(where, answer):
                received += len(piece)
                _within(where, piece, longest - received + len(piece))
                yield piece

    def _answer(self, where: str) -> http.client.HTTPResponse:
        try:
            answer: http.client.HTTPResponse = self._opener.open(where, timeout=self._patience_seconds)
        except urllib.error.HTTPError as error:
            kind = NotThere if error.code in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE) else OutsideFailed
            raise kind(f"{where}: {error.code} {error.reason}, the server must have it") from None
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(where, error) from None
        return answer

    def _next(self, where: str, answer: http.client.HTTPResponse) -> bytes:
        try:
            return answer.read(_PIECE)
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(where, error) from None

    def _failed(self, where: str, error: Exception) -> OutsideFailed:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, TimeoutError):
            return OutsideFailed(f"{where}: no byte for {self._patience_seconds} s, the server must answer")
        return OutsideFailed(f"{where}: {reason or type(error).__name__}, the server must answer")


def _within(where: str, content: bytes, longest: int) -> bytes:
    if len(content) > longest:
        raise Refused(f"{where}: is longer than it may be by the signed index, it was changed")
    return content
