"""The lab's estate with its people file, edited as text, and what a directory would be brought to."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from pyops.estate import Estate, load
from pyops.identity.accounts import Holding, parse
from pyops.identity.people import read_people
from pyops.identity.plan import Plan, plan

from .directory import Directory

LAB = Path(__file__).parents[2] / "inventories" / "lab"
TODAY = date(2026, 11, 28)

Edit = Callable[..., Estate]


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """The lab's estate with texts replaced, in its own file and in that of people."""

    def editor(replace: Mapping[str, str] | None = None, people: Mapping[str, str] | None = None) -> Estate:
        for name, edits in (("estate.yml", replace), ("desktops.csv", None), ("people.csv", people)):
            text = (LAB / name).read_text(encoding="utf-8")
            for old, new in (edits or {}).items():
                assert old in text, f"{name} has no {old!r} to replace"
                text = text.replace(old, new, 1)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return load(tmp_path, TODAY)

    return editor


@dataclass
class Council:
    """An estate, and a directory that is brought to what it says."""

    directory: Directory = field(default_factory=Directory)

    @property
    def holding(self) -> Holding:
        return parse(json.dumps(self.directory.told()), "lab")

    def plan(self, estate: Estate, today: date = TODAY) -> Plan:
        return plan(estate, read_people(estate), self.holding, today)

    def apply(self, estate: Estate, today: date = TODAY) -> list[str]:
        """Do it all; what was done, in words of the directory."""
        given = json.dumps({"estate": "lab", "steps": [dict(step.order) for step in self.plan(estate, today).steps]})
        before = len(self.directory.done)
        for line in self.directory.answer("apply", given.encode()):
            assert json.loads(line)["done"], line
        return self.directory.done[before:]


@pytest.fixture
def council(edit: Edit) -> Council:
    """The lab's directory as it is after the first run."""
    made = Council()
    made.apply(edit())
    return made
