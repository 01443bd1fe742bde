"""Estates to play with: copies of the lab's, edited as text, as a person would."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from pyops.estate import Estate, load

INVENTORIES = Path(__file__).parents[2] / "inventories"
TODAY = date(2026, 11, 24)
"""The day on which the estates of the repository are in order, whatever the clock says."""

Edit = Callable[..., Path]


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Write a copy with texts replaced where they stand first: `edit({"old text": "new text"}, register={...})`."""

    def editor(replace: Mapping[str, str] | None = None, register: Mapping[str, str] | None = None) -> Path:
        for name, edits in (("estate.yml", replace), ("desktops.csv", register)):
            text = (INVENTORIES / "lab" / name).read_text(encoding="utf-8")
            for old, new in (edits or {}).items():
                assert old in text, f"{name} has no {old!r} to replace"
                text = text.replace(old, new, 1)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / "estate.yml"

    return editor


@pytest.fixture(scope="session")
def production() -> Estate:
    return load(INVENTORIES / "production", TODAY)


@pytest.fixture(scope="session")
def lab() -> Estate:
    return load(INVENTORIES / "lab", TODAY)
