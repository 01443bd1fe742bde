"""Reads feeds from files: which kind one is, its content tells, and not its name."""

import bz2
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path

from pyops.errors import Refused, file_errors
from pyops.patches.conditions import shown
from pyops.patches.feeds import debsecan, oval
from pyops.patches.feeds.feed import Feed

LARGEST = 256 * 1024 * 1024
"""Bytes of a feed, packed or unpacked; Debian's own have 20 to 100 million."""
_PIECE = 1024 * 1024


def read(file: Path) -> Feed:
    """What a file says; raises Refused where it is no feed, or one that cannot be taken whole."""
    content, changed_at = _content(file)
    pieces = _unpacked(content, file)
    first = next(pieces, b"")
    readers = {debsecan.BEGIN: debsecan.read, oval.BEGIN: oval.read}
    begin = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    reader = next((reader for words, reader in readers.items() if begin.startswith(words)), None)
    if reader is None:
        given = shown(begin[:20].decode("utf-8", "backslashreplace"))
        rule = "must be debsecan's data (VERSION 1) or Debian's OVAL definitions"
        raise Refused(f"{file}:1: {given or 'nothing'}, {rule}")
    return Feed(file, sha256(content).hexdigest(), changed_at, reader(chain([first], pieces), file))


def _content(file: Path) -> tuple[bytes, datetime]:
    with file_errors(file):
        if not file.is_file():  # a pipe or a device would have no end
            raise Refused(f"{file}: {'is no file' if file.exists() else 'is not there'}, a feed must be a file")
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
        changed_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    if len(content) > LARGEST:
        raise _too_large(file)
    return content, changed_at


def _unpacked(content: bytes, file: Path) -> Iterator[bytes]:
    """Piece by piece, so that what would unpack to more than is allowed is never held."""
    size = 0
    try:
        for piece in _pieces(content):
            size += len(piece)
            if size > LARGEST:
                raise _too_large(file)
            yield piece
    except (EOFError, OSError, zlib.error) as error:
        raise Refused(f"{file}: cannot be unpacked, must be whole: {error}") from None


def _too_large(file: Path) -> Refused:
    return Refused(f"{file}: has more than {LARGEST:,} bytes, no feed may have")


def _pieces(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"BZh"):
        with bz2.open(BytesIO(content)) as opened:
            yield from iter(lambda: opened.read(_PIECE), b"")
    elif content.startswith(b"x") and int.from_bytes(content[:2]) % 31 == 0:  # RFC 1950, section 2.2
        yield from _inflated(content)
    else:
        yield content


def _inflated(content: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    rest = content
    while not unpacker.eof:
        piece = unpacker.decompress(rest, _PIECE)
        rest = unpacker.unconsumed_tail
        if not piece and not rest and not unpacker.eof:
            raise EOFError("its end is missing")
        yield piece
    if unpacker.unused_data:
        raise EOFError(f"{len(unpacker.unused_data):,} bytes follow its end")
