"""Estates, steps and results to draft a change from."""

import shutil
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pyops.changes.inputs import Inputs
from pyops.changes.record import Base, Window
from pyops.engines.ansible import TaskResult
from pyops.engines.events import Change, Step
from pyops.estate import Estate, load

LAB = Path(__file__).parents[2] / "inventories" / "lab"
TODAY = date(2026, 11, 28)
BASE = Base({"estate.yml": "1"}, {"estate.yml": "0"}, {}, {}, {})


def lab() -> Estate:
    return load(LAB / "estate.yml", TODAY)


def edited(folder: Path, *edits: tuple[str, str]) -> Estate:
    """The lab with texts of its file put in place of others."""
    shutil.copytree(LAB, folder / "lab")
    file = folder / "lab" / "estate.yml"
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return load(file, TODAY)


def step(operation: str, kind: str, name: str, *changes: tuple[str, str], **parts: Any) -> Step:
    """One step of the stack `servers`; each change is a path and its kind."""
    urn = f"urn:pulumi:lab::servers::azure-native:{kind}::{name}"
    return Step(urn, operation, f"azure-native:{kind}", name, tuple(Change(*one) for one in changes), **parts)


def result(host: str, task: str = "Set the time", **parts: Any) -> TaskResult:
    plain: dict[str, Any] = {"role": "time", "path": "/checkout/roles/time/tasks/main.yml:3", "action": "template"}
    plain |= {"status": "ok", "changed": True, "is_check": True, "is_handler": False, "seconds": 0.1}
    plain |= {"message": "", "differences": ()}
    return TaskResult(**{"host": host, "task": task, **plain, **parts})


def unchanged(estate: Estate) -> list[TaskResult]:
    """A dry run that came to every host and would change nothing."""
    return [result(name, changed=False) for name in estate.addresses]


def inputs(old: Estate | None, new: Estate, steps: Sequence[Step] = (), **parts: Any) -> Inputs:
    window = Window("2026-11-28T19:00:00+00:00", "2026-11-28T22:00:00+00:00")
    drafted = datetime.fromisoformat("2026-11-28T09:00:00+00:00")
    plain: dict[str, Any] = {"environment": "lab", "title": "A change", "author": "ict.engineer@cherwell"}
    plain |= {"drafted": drafted, "window": window, "plans": {"servers": steps}, "base": BASE}
    return Inputs(**{**plain, "old": old, "new": new, "results": unchanged(new), **parts})
