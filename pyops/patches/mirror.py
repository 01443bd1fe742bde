"""A package mirror as a place to read files from: a web address or a folder. Nothing that it says is believed here."""

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path, PurePosixPath

from pyops.errors import OutsideFailed, Refused
from pyops.fleet.target import Direct, Proxy
from pyops.patches.web import Web

_HASH = 64
_KEPT = 200
"""Files that the cache keeps; the oldest go first."""


class NotThere(OutsideFailed):
    """The mirror has no such file."""


class Mirror:
    """`place` is an http or https address, or a folder: what stands above `dists` and `pool`.

    `way` is how an address is reached; https goes directly. One connection serves for many files.
    """

    def __init__(self, place: str, way: Direct | Proxy = Direct()) -> None:  # noqa: B008 - it has no state
        self.place = place
        self._way = way
        self._web: Web | None = None

    def where(self, path: str) -> str:
        """A file of it as people name it."""
        return f"{self.place.rstrip('/')}/{path}"

    def read(self, path: str, limit: int) -> bytes:
        """A file's content, at most `limit` bytes; raises NotThere, OutsideFailed, or Refused where it is longer."""
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise Refused(f"{self.where(path)}: leads out of the mirror")
        content = self._fetch(path, limit) if "://" in self.place else self._open(path, limit)
        if len(content) > limit:
            raise Refused(f"{self.where(path)}: longer than the {limit:,} bytes that it may have")
        return content

    def _open(self, path: str, limit: int) -> bytes:
        try:
            with (Path(self.place) / path).open("rb") as file:
                return file.read(limit + 1)
        except FileNotFoundError:
            raise NotThere(f"{self.where(path)}: there is no such file") from None
        except OSError as error:
            raise OutsideFailed(f"{self.where(path)}: cannot be read: {error.strerror}") from None

    def _fetch(self, path: str, limit: int) -> bytes:
        try:
            self._web = self._web or self._opened()
            answer = self._web.get(path, limit)
        except (OSError, ValueError, HTTPException) as error:
            words = getattr(error, "strerror", None) or str(error)
            raise OutsideFailed(f"{self.where(path)}: cannot be fetched: {words}") from None
        if answer.status != HTTPStatus.OK:
            kind = NotThere if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) else OutsideFailed
            raise kind(f"{self.where(path)}: the mirror answers {answer.status} {answer.reason}")
        return answer.content

    def _opened(self) -> Web:
        if not self.place.startswith(("http://", "https://")):
            raise Refused(f"{self.place}: must be an http or https address, or a folder")
        return Web(self.place, self._way)

    def close(self) -> None:
        """End its connection, if there is one; it is made anew where it is needed."""
        if self._web:
            self._web.close()


@dataclass(frozen=True, slots=True)
class Cache:
    """Files by the SHA-256 of their content, which is checked again whenever one is taken out.

    The folder is the user's own, and nobody else can write to it.
    """

    folder: Path

    def get(self, digest: str) -> bytes | None:
        """The content with this hash; None where it is not kept, or no longer what it was."""
        content = self._read(digest)
        return content if content is not None and sha256(content).hexdigest() == digest else None

    def put(self, content: bytes) -> None:
        """Keep it. Where that cannot be done, it is fetched anew the next time: nothing to tell anybody."""
        self._write(sha256(content).hexdigest(), content)

    def remember(self, digest: str, found: bytes) -> None:
        """Keep what was found in the content with this hash, which is too large to be kept itself."""
        self._write(f"{digest}.found", sha256(found).hexdigest().encode() + found)

    def recall(self, digest: str) -> bytes | None:
        """What was found in it; None where that is not kept, or not whole."""
        content = self._read(f"{digest}.found") or b""
        check, found = content[:_HASH], content[_HASH:]
        return found if check == sha256(found).hexdigest().encode() else None

    def _read(self, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
                file.write(content)
            Path(file.name).replace(self.folder / name)
            for old in sorted(self.folder.iterdir(), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
                old.unlink(missing_ok=True)
