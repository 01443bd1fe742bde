"""What became of every change: one JSON line an event, each holding the digest of the line before.

Whoever may write the file could write all of it anew; what the chain shows is that a part was edited, removed or moved.
`ledger.head` beside it holds number and digest of the last line, so that taking lines off the end shows as well; kept
in another place too (in git, in a ticket), it shows a ledger that was written anew.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, get_args

from pyops.errors import Refused
from pyops.files import disk_errors, write_whole

type Kind = Literal["drafted", "approved", "applying", "stopped", "applied", "verified", "backed_out"]
KINDS: tuple[str, ...] = get_args(Kind.__value__)

_START = "0" * 64
"""What the first line gives as the digest of the line before."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of one change."""

    number: int
    previous: str
    """The `own` of the entry before."""
    kind: Kind
    record: str
    """The record's id."""
    digest: str
    """The record's digest at that moment."""
    when: str
    data: Mapping[str, Any]
    own: str
    """SHA-256 over all the rest."""


def append(
    file: Path, kind: Kind, record: str, digest: str, when: datetime, data: Mapping[str, Any] | None = None
) -> Entry:
    """Write an event down: on the disk before this returns. Half a line that a kill left behind is overwritten.

    `when` is aware. Raises Refused where the ledger is damaged: nothing is added to it then.
    """
    with disk_errors(file), _held(file, "rb+", fcntl.LOCK_EX) as opened:
        entries, half = _checked(file, opened.read())
        previous = entries[-1].own if entries else _START
        moment = when.isoformat(timespec="seconds")
        facts: dict[str, Any] = {"number": len(entries) + 1, "previous": previous, "kind": kind, "record": record}
        facts |= {"digest": digest, "when": moment, "data": json.loads(json.dumps(data or {}))}
        entry = Entry(**facts, own=_own(facts))
        opened.seek(-len(half), os.SEEK_END)
        opened.truncate()
        opened.write(json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
        write_whole(head_file(file), f"{entry.number} {entry.own}\n")
    return entry


def read(file: Path) -> tuple[Entry, ...]:
    """All events, the oldest first. Raises Refused, naming the line, where the ledger is not what was written."""
    return _looked(file)[0]


def notice(file: Path) -> str:
    """What people should know of a ledger that is in order: that a kill left half a line; empty where it did not."""
    entries, half = _looked(file)
    if not half:
        return ""
    line = f"{file}:{len(entries) + 1}"
    return f"{line}: half a line, a run was killed while it wrote: it is passed over, and the next event overwrites it"


def head_file(file: Path) -> Path:
    """Where the last line's number and digest are kept."""
    return file.with_suffix(".head")


def _looked(file: Path) -> tuple[tuple[Entry, ...], bytes]:
    # The head is looked for first: where it is there and the file is not, no first event is just being written.
    is_begun = head_file(file).exists()
    if not file.exists():
        return _checked(file, b"") if is_begun else ((), b"")
    with disk_errors(file, "read"), _held(file, "rb", fcntl.LOCK_SH) as opened:
        return _checked(file, opened.read())


@contextmanager
def _held(file: Path, mode: Literal["rb", "rb+"], how: int) -> Iterator[IO[bytes]]:
    """The file, open and locked: the lock goes with the descriptor, whichever way the process ends."""
    if mode == "rb+":
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_CLOEXEC, 0o644))
    with file.open(mode) as opened:
        fcntl.flock(opened, how)
        yield opened


def _checked(file: Path, content: bytes) -> tuple[tuple[Entry, ...], bytes]:
    """The entries, and what a kill left after the last whole one."""
    *lines, half = content.split(b"\n")
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        previous = entries[-1].own if entries else _START
        entries.append(_entry(f"{file}:{number}", number, previous, line))
    _check_head(file, entries)
    return tuple(entries), half


def _entry(where: str, number: int, previous: str, line: bytes) -> Entry:
    try:
        facts = json.loads(line)
        own = facts.pop("own")
        entry = Entry(**facts, own=own)
        is_whole = entry.kind in KINDS and own == _own(facts)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused(f"{where}: {_shown(line)}, is no entry of a ledger: the line was edited") from None
    if not is_whole:
        raise Refused(f"{where}: entry {_shown(facts['number'])}, its digest is not its own: the line was edited")
    if entry.number != number:
        raise Refused(
            f"{where}: entry {entry.number}, entry {number} must stand here: lines were removed, added or moved"
        )
    if entry.previous != previous:
        raise Refused(f"{where}: entry {number}, does not follow from the line before: one of the two was replaced")
    return entry


def _check_head(file: Path, entries: list[Entry]) -> None:
    """The head may be one entry behind: a kill came between the two writes."""
    head = head_file(file)
    try:
        found = head.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if len(entries) > 1:
            raise Refused(f"{head}: is missing, it names the last of {len(entries)} entries of {file.name}") from None
        return
    except UnicodeDecodeError:
        found = "?"
    if found in {f"{entry.number} {entry.own}" for entry in entries[-2:]}:
        return
    named = found.split(" ")[0]
    if named.isdecimal() and int(named) > len(entries):
        raise Refused(f"{file}: ends with entry {len(entries)}, {head.name} names {int(named)}: lines were removed")
    raise Refused(f"{head}: {found[:20]!r}, is not the last entry of {file.name}: one of the two was replaced")


def _own(facts: Mapping[str, Any]) -> str:
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(given: object) -> str:
    return repr(given.decode(errors="replace") if isinstance(given, bytes) else given)[:60]
