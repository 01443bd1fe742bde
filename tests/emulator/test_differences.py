"""What changed, by property path, as Azure would see it."""

from typing import Any

import pytest

from pyops.emulator.differences import differences
from pyops.emulator.values import UNKNOWN, Secret

_CASES: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    ({"a": 1}, {"a": 1}, []),
    ({"a": 1}, {"a": 2, "b": 1}, [("a", "update"), ("b", "add")]),
    ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, [("a.b", "update"), ("a.c", "delete")]),
    ({"a": [1, 2, 3]}, {"a": [1, 4]}, [("a[1]", "update"), ("a[2]", "delete")]),
    ({"a": [{"b": 1}]}, {"a": [{"b": 2}, {"b": 3}]}, [("a[0].b", "update"), ("a[1]", "add")]),
    ({"tags": {"a.b": "1"}}, {"tags": {"a.b": "2", 'q"': "3"}}, [('tags["a.b"]', "update"), ('tags["q\\""]', "add")]),
    ({"a": Secret("x")}, {"a": Secret("x")}, []),
    ({"a": Secret("x")}, {"a": "x"}, []),
    ({"a": Secret("x")}, {"a": Secret("y")}, [("a", "update")]),
    ({"a": "x"}, {"a": UNKNOWN}, [("a", "update")]),
    ({"a": {"b": 1}}, {"a": UNKNOWN}, [("a", "update")]),
    ({"a": 1}, {"a": True}, [("a", "update")]),
    ({"id": "/subscriptions/S/resourceGroups/R"}, {"id": "/subscriptions/s/resourcegroups/r"}, []),
    ({"uri": "subscriptions/s"}, {"uri": "/subscriptions/S"}, []),
    ({"name": "Banbury"}, {"name": "banbury"}, [("name", "update")]),
    ({"location": "West Europe"}, {"location": "westeurope"}, []),
    ({"a": {"location": "West Europe"}}, {"a": {"location": "westeurope"}}, [("a.location", "update")]),
]


@pytest.mark.parametrize(("old", "new", "expected"), _CASES)
def test_paths_and_kinds(old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert [(found.path, found.change.value) for found in differences(old, new)] == expected
