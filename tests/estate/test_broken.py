"""Every mistake gets its exact message, at its line. A case is one file of `broken/`:

replace:   {old text: new text}    edits of the lab's estate, each where the text stands first
register:  {old text: new text}    edits of its asset register
file:      text                    the whole estate file instead; `bytes` the same in hexadecimal
errors:    [{line: text, says: text}]   every message, in order; the line is the first that holds the text
           `nth: 2` takes the second that does, `number: 1` names the line, `in: file` another file than the estate;
           `first: text` is the line that the message itself names as {first}
"""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from pyops.errors import Refused
from pyops.estate import load

CASES = sorted(Path(__file__).with_name("broken").glob("*.yml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_mistake_is_refused_in_these_words(case: Path, edit: Callable[..., Path], today: date) -> None:
    told = yaml.safe_load(case.read_text(encoding="utf-8"))
    file = edit(told.get("replace"), told.get("register"))
    if "file" in told or "bytes" in told:
        file.write_bytes(bytes.fromhex(told["bytes"]) if "bytes" in told else told["file"].encode())

    with pytest.raises(Refused) as refused:
        load(file, today)

    assert str(refused.value).splitlines() == [expected(error, file.parent) for error in told["errors"]]


def expected(error: dict[str, Any], folder: Path) -> str:
    file = folder / error.get("in", "estate.yml")
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
    says = error["says"].format(first=lines_with(error["first"], lines)[0]) if "first" in error else error["says"]
    if "line" in error:
        return f"{file}:{lines_with(error['line'], lines)[error.get('nth', 1) - 1]}: {says}"
    return f"{file}:{error['number']}: {says}" if "number" in error else f"{file}: {says}"


def lines_with(text: str, lines: Sequence[str]) -> list[int]:
    return [number for number, line in enumerate(lines, start=1) if text in line]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 45
