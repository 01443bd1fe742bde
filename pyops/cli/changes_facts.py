"""What happens while a change is applied, written down beside its record as it happens: a kill loses nothing."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyops.changes.verification import Deed
    from pyops.engines.events import Event

_DEEDS, _RESULTS = "happened.jsonl", "results-*.jsonl"


class Chronicle:
    """Of one change, over all runs of it; `folder` is its record's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self) -> None:
        """Write down that a run began: from now on, the engines' states move by its own doing."""
        (self._folder / _DEEDS).touch()

    def engine(self, event: "Event") -> None:
        """Take in an event of the stacks' engine: what it has done to a resource is on the disk before it goes on."""
        from pyops.changes.verification import deed
        from pyops.engines.events import Phase, Progress

        if isinstance(event, Progress) and event.phase is Phase.DONE and (done := deed(event.step)):
            with (self._folder / _DEEDS).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(done), ensure_ascii=False) + "\n")

    def new_results(self) -> Path:
        """A file for the results of one more run of the playbooks."""
        number = len(list(self._folder.glob(_RESULTS))) + 1
        return self._folder / _RESULTS.replace("*", f"{number:03}")


def happened(folder: Path) -> "frozenset[Deed] | None":
    """Everything that the runs of a change did; None where none began."""
    return frozenset(_deeds(folder)) if (folder / _DEEDS).exists() else None


def _deeds(folder: Path) -> "Iterator[Deed]":
    from pyops.changes.verification import Deed, actual
    from pyops.engines.ansible import recorded

    file = folder / _DEEDS
    for line in file.read_text(encoding="utf-8").split("\n")[:-1]:
        yield Deed(**json.loads(line))
    for results in sorted(folder.glob(_RESULTS)):
        yield from actual({}, recorded(results))
