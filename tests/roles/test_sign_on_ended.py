"""Which of several controllers is believed about an account; that one alone says what it should is tested on real ones (roles/sign_on)."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[2] / "roles" / "sign_on" / "files" / "sign_on_ended"
ANNA, BERT = 679001110, 679001111


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The program's own module, found as it finds it."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(PROGRAM))
    yield importlib.import_module("directory")
    for name in ("directory", "controller"):
        sys.modules.pop(name)


def judged(
    directory: ModuleType, monkeypatch: pytest.MonkeyPatch, answers: list[dict[int, str] | None]
) -> tuple[dict[int, str], list[set[int]]]:
    """Who is out, and whom each controller that answers was asked about; one of None is silent. An empty reason vouches."""
    asked = []

    def connect(name: str) -> AbstractContextManager[int]:
        if answers[int(name)] is None:
            raise directory.Silent(name)
        return nullcontext(int(name))

    def ask(controller: int, told: Any, accounts: set[int], unread: list[str]) -> dict[int, Any]:
        asked.append(set(accounts))
        said = answers[controller] or {}
        return {one: directory.Verdict(str(one), said[one]) for one in accounts if one in said}

    monkeypatch.setattr(directory, "Controller", connect)
    monkeypatch.setattr(directory, "ask", ask)
    told = directory.Settings([str(place) for place in range(len(answers))], "", "", [])
    said = directory.ask_all(told, {ANNA, BERT}, [])
    return {one: verdict.why for one, verdict in said.items() if verdict.why}, asked


@pytest.mark.parametrize(
    ("answers", "out", "asked"),
    [
        ([{ANNA: "", BERT: ""}, {}], {}, [{ANNA, BERT}]),
        ([None, {ANNA: "", BERT: "gone"}], {BERT: "gone"}, [{ANNA, BERT}]),
        ([{ANNA: "", BERT: "gone"}, {BERT: ""}], {}, [{ANNA, BERT}, {BERT}]),
        ([{ANNA: "", BERT: "gone"}, {BERT: "gone"}], {BERT: "gone"}, [{ANNA, BERT}, {BERT}]),
        ([{ANNA: "", BERT: "gone"}, None], {BERT: "gone"}, [{ANNA, BERT}]),
        ([{ANNA: ""}, {BERT: ""}], {}, [{ANNA, BERT}, {BERT}]),
        ([None, None], {}, []),
    ],
    ids=["first vouches", "first silent", "one behind", "agreed", "other silent", "hidden by the first", "all silent"],
)
def test_an_account_is_out_where_one_says_so_and_none_vouches(
    directory: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[dict[int, str] | None],
    out: dict[int, str],
    asked: list[set[int]],
) -> None:
    assert judged(directory, monkeypatch, answers) == (out, asked)
