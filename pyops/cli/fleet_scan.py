"""One scan: hosts are read with a bar that tells how far it is, and each reading is kept as it comes."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pyops.fleet.facts import Facts
from pyops.fleet.observation import Observation, Silence
from pyops.fleet.reading import Ask, read
from pyops.fleet.store import Store
from pyops.fleet.target import Settings, Target
from pyops.fleet.wanting import wanting


@dataclass(slots=True)
class Scan:
    """What came of a scan."""

    asked: int
    answered: int = 0
    silent: list[Silence] = field(default_factory=list)
    wanting: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    seconds: float = 0
    is_interrupted: bool = False

    def add(self, reading: Observation | Silence) -> None:
        """Count one reading in."""
        if isinstance(reading, Silence):
            self.silent.append(reading)
            return
        self.answered += 1
        if words := wanting(reading.facts):
            self.wanting.append((reading.host, words))

    def plain(self, estate: str) -> dict[str, Any]:
        """For `json.dumps`."""
        return {
            "estate": estate,
            "asked": self.asked,
            "answered": self.answered,
            "seconds": round(self.seconds, 2),
            "interrupted": self.is_interrupted,
            "silent": [
                {"host": one.host, "tried_at": one.tried_at.isoformat(), "reason": one.reason, "detail": one.detail}
                for one in sorted(self.silent, key=lambda one: one.host)
            ],
            "wanting": [{"host": host, "words": list(words)} for host, words in sorted(self.wanting)],
        }


def run(targets: Sequence[Target], settings: Settings, store: Store, ask: Ask | None = None) -> Scan:
    """Read all targets and keep what they say; an interrupt ends it early, and what came until then is kept."""
    done = Scan(len(targets))
    begin = time.monotonic()
    try:
        with _bar(done) as step, closing(read(targets, settings, partial(_facts, store), ask)) as readings:
            for reading in readings:
                store.save(reading)
                done.add(reading)
                step()
    except KeyboardInterrupt:
        done.is_interrupted = True
    done.seconds = time.monotonic() - begin
    return done


def _facts(store: Store, host: str) -> Facts | None:
    found = store.observation(host)
    return found.facts if found else None


@contextmanager
def _bar(done: Scan) -> Iterator[Any]:
    """A bar on standard error, on terminals only; yields what is called for each host."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[silent]} silent"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=done.asked, silent=0)
        yield lambda: progress.update(task, completed=done.answered + len(done.silent), silent=len(done.silent))
