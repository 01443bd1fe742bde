"""What rollouts did, one JSON line an event, each on the disk before what follows it is begun."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pyops.files import disk_errors

Event = Mapping[str, Any]


class Journal:
    """A file that only grows. A kill may leave half a line at its end: it is passed over.

    Raises OutsideFailed where the file or its disk fails.
    """

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        self._file = file
        self._now = now

    def add(self, event: str, **facts: Any) -> None:
        """Write an event down."""
        line = json.dumps({"at": self._now().isoformat(timespec="seconds"), "event": event, **facts})
        with disk_errors(self._file):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab+") as file:
                file.write(b"" if _ends_whole(file) else b"\n")
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def events(self) -> Iterator[Event]:
        """All that was written down, the oldest first."""
        with disk_errors(self._file, "read"):
            lines = self._file.read_bytes().splitlines() if self._file.exists() else []
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event

    def pending(self) -> tuple[str, ...]:
        """The hosts of the last wave that was begun and cut short: nothing was told of them."""
        begun: dict[str, None] = {}
        for event in self.events():
            if event.get("event") == "wave":
                begun = dict.fromkeys(event["hosts"])
            elif event.get("event") == "host":
                begun.pop(event["host"], None)
        return tuple(begun)

    def failed(self) -> tuple[str, ...]:
        """The hosts that the last rollout of each of them has failed on."""
        last = {event["host"]: event["failure"] for event in self.events() if event.get("event") == "host"}
        return tuple(host for host, failure in last.items() if failure)


def _ends_whole(file: Any) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return True
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
