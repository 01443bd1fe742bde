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


def written(folder: Path, replace: Mapping[str, str], register: Mapping[str, str]) -> Path:
    """A copy of the lab's estate in a folder, with texts replaced where they stand first."""
    for name, edits in (("estate.yml", replace), ("desktops.csv", register)):
        text = (INVENTORIES / "lab" / name).read_text(encoding="utf-8")
        for old, new in edits.items():
            assert old in text, f"{name} has no {old!r} to replace"
            text = text.replace(old, new, 1)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "estate.yml"


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    """Write an edited copy: `edit({"old text": "new text"}, register={...})`."""

    def editor(replace: Mapping[str, str] | None = None, register: Mapping[str, str] | None = None) -> Path:
        return written(tmp_path, replace or {}, register or {})

    return editor


@pytest.fixture(scope="session")
def production() -> Estate:
    return load(INVENTORIES / "production", TODAY)


@pytest.fixture(scope="session")
def lab() -> Estate:
    return load(INVENTORIES / "lab", TODAY)
