"""The resources of both estates, as they were reviewed."""

from pathlib import Path

import pytest

from tests.stacks.listing import ESTATES, GOLDEN, listings

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("estate", ESTATES)
def test_stacks_hold_what_was_reviewed(estate: str, tmp_path: Path) -> None:
    """After an intended change: `make golden`, and read its difference."""
    expected = {file.name: file.read_text(encoding="utf-8") for file in GOLDEN.glob(f"{estate}-*.txt")}
    assert listings(estate, tmp_path) == expected
