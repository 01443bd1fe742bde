"""Reviewed pages: compared as text, less what differs from day to day. `PYOPS_GOLDEN=1` writes them anew."""

import os
import re
from difflib import unified_diff
from pathlib import Path

import pytest

from pyops.changes.page import markdown
from pyops.changes.record import Record

FOLDER = Path(__file__).parent / "golden"
_STARTS = "<details><summary>Where it starts from"
_MOVING = (
    (re.compile(r"\b\d{4}-\d{2}-\d{2}-[0-9a-f]{8}\b"), "DAY-DIGEST"),
    (re.compile(r"\b\d{4}-\d{2}-\d{2}T[\d:]+\+00:00"), "MOMENT"),
)


def check(name: str, record: Record) -> None:
    """The record's page is the one that was reviewed."""
    page = markdown(record).partition(_STARTS)[0].rstrip() + "\n"
    for pattern, word in _MOVING:
        page = pattern.sub(word, page)
    file = FOLDER / f"{name}.md"
    if os.environ.get("PYOPS_GOLDEN"):
        file.write_text(page, encoding="utf-8")
    known = file.read_text(encoding="utf-8")
    if page != known:
        pytest.fail("\n".join(unified_diff(known.splitlines(), page.splitlines(), str(file), "now", lineterm="")))
