"""The guide's table says what the tables in use say."""

from pathlib import Path

from pyops.emulator.guide import table

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "emulator.md"


def test_the_guide_holds_the_table_of_today() -> None:
    assert GUIDE.read_text(encoding="utf-8").endswith("\n\n" + table())
