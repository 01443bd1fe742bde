"""Every test and benchmark that docs/promises.md names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.findall(
    r"`((?:tests|benchmarks|roles)/[\w/.-]+\.py)(?:::(\w+))?`",
    (ROOT / "docs" / "promises.md").read_text(encoding="utf-8"),
)


def test_every_named_test_exists() -> None:
    assert len(NAMED) > 10
    missing = [f"{file}::{name}" for file, name in NAMED if not exists(ROOT / file, name)]
    assert missing == []


def exists(file: Path, name: str) -> bool:
    return file.exists() and (not name or f"def {name}(" in file.read_text(encoding="utf-8"))
