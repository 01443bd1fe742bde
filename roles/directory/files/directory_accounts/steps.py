"""All steps by their names, and how they are done one after the other."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import ldb
from accounts import delete, present, release, switch
from directory import Directory, Step, StepRefusedError
from groups import drop, group, member, unit

ACTS: Mapping[str, Callable[[Directory, Step], bool]] = {
    "unit": unit,
    "group": group,
    "drop": drop,
    "release": release,
    "account": present,
    "enable": switch,
    "disable": switch,
    "delete": delete,
    "join": member,
    "leave": member,
}


def apply(directory: Directory, steps: list[Step]) -> Iterator[dict[str, Any]]:
    """Do the steps, each as a whole or not at all, until the first that fails."""
    for number, step in enumerate(steps):
        directory.database.transaction_start()
        try:
            if step.get("do") not in ACTS:
                raise StepRefusedError(f"{step.get('do')}: is no step that is known here")
            is_changed = ACTS[step["do"]](directory, step)
            directory.database.transaction_commit()
        except (StepRefusedError, ldb.LdbError, ValueError) as error:
            directory.database.transaction_cancel()
            yield {"step": number, "done": False, "why": str(error.args[-1])}
            return
        yield {"step": number, "done": True, "changed": is_changed}
