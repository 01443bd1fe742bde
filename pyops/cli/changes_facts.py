"""What happened when a change was applied, kept beside its record: a run that goes on adds to what came before it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyops.changes.verification import Deed
    from pyops.cli.changes_hands import Done

_FILE = "happened.jsonl"


def keep(folder: Path, done: "Done") -> None:
    """Add what a run did, one line a deed: of what a run did before it was stopped, nothing is lost."""
    with (folder / _FILE).open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(deed), ensure_ascii=False) + "\n" for deed in sorted(done.deeds))


def happened(folder: Path) -> "frozenset[Deed] | None":
    """Everything that the runs of a change did; None where none was."""
    from pyops.changes.verification import Deed

    file = folder / _FILE
    if not file.exists():
        return None
    return frozenset(Deed(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines())
