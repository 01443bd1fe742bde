"""Every type that the programs make is one that the stand-in knows well."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest

from pyops.emulator.kinds import kind_of

ROOT = Path(__file__).parents[2]
_SDK = "pulumi_azure_native"


def _made_by(source: str) -> Iterator[str]:
    """The type tokens that a source file makes, however it imports them."""
    tree = ast.parse(source)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    spaces = {name.asname or name.name: name.name for node in imports if node.module == _SDK for name in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in spaces:
            yield from _token(spaces[node.value.id], node.attr)
    for node in imports:
        space = (node.module or "").removeprefix(f"{_SDK}.")
        if space != node.module:
            for name in node.names:
                yield from _token(space, name.name)


def _token(space: str, name: str) -> Iterator[str]:
    found = getattr(importlib.import_module(f"{_SDK}.{space}"), name)
    if isinstance(found, type) and issubclass(found, pulumi.CustomResource):
        yield f"azure-native:{space}:{name}"


def test_every_type_of_the_programs_is_known_well() -> None:
    sources = [*(ROOT / "pyops" / "components").rglob("*.py"), *(ROOT / "stacks").rglob("*.py")]
    made = {token for source in sources for token in _made_by(source.read_text(encoding="utf-8"))}
    assert len(made) > 40
    assert sorted(token for token in made if kind_of(token) is None) == []


@pytest.mark.parametrize(
    "source",
    [
        "from pulumi_azure_native import compute\ncompute.AvailabilitySet('it')",
        "from pulumi_azure_native import compute as machines\nmachines.AvailabilitySet('it')",
        "from pulumi_azure_native.compute import AvailabilitySet, SkuArgs",
    ],
)
def test_a_type_is_found_however_it_is_imported(source: str) -> None:
    assert list(_made_by(source)) == ["azure-native:compute:AvailabilitySet"]
