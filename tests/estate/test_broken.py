"""Every mistake gets its exact message, at its line. A case is one file of `broken/`:

replace:   {old text: new text}    edits of the lab's estate, each where the text stands first
register:  {old text: new text}    edits of its asset register
file:      text                    the whole estate file instead; `bytes` the same in hexadecimal
errors:    [{line: text, says: text, in: file}]   every message, in order; the line is the first that holds the text
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from pyops.errors import Refused
from pyops.estate import load
from tests.estate.conftest import TODAY, written

CASES = sorted(Path(__file__).with_name("broken").glob("*.yml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_mistake_is_refused_in_these_words(case: Path, tmp_path: Path) -> None:
    told = yaml.safe_load(case.read_text(encoding="utf-8"))
    file = written(tmp_path, told.get("replace", {}), told.get("register", {}))
    if "file" in told or "bytes" in told:
        file.write_bytes(bytes.fromhex(told["bytes"]) if "bytes" in told else told["file"].encode())

    with pytest.raises(Refused) as refused:
        load(file, TODAY)

    assert str(refused.value).splitlines() == [expected(error, tmp_path) for error in told["errors"]]


def expected(error: dict[str, Any], folder: Path) -> str:
    file = folder / error.get("in", "estate.yml")
    if "line" not in error:
        return f"{file}: {error['says']}"
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    number = next(number for number, line in enumerate(lines, start=1) if error["line"] in line)
    return f"{file}:{number}: {error['says']}"


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 45
