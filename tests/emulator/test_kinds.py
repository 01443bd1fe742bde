"""The tables name inputs that the installed SDK has: a misspelt one would be silent."""

import pytest

from pyops.emulator.kinds import EVERYTHING, Kind, kind_of, known_types
from pyops.emulator.schema import ListOf, Object, OneOf, Shape, schema

_IDS = [kind.token for kind in known_types()]


@pytest.mark.parametrize("kind", known_types(), ids=_IDS)
def test_path_parameters_are_inputs(kind: Kind) -> None:
    assert set(kind.path_parameters) <= set(schema(kind.token).inputs.fields)


@pytest.mark.parametrize("kind", known_types(), ids=_IDS)
def test_paths_exist_in_the_inputs(kind: Kind) -> None:
    paths = {*kind.replaces, *kind.in_place, *kind.needs, *kind.names_minted_from} - {EVERYTHING}
    assert [path for path in paths if not _exists(schema(kind.token).inputs, path.split("."))] == []


@pytest.mark.parametrize("kind", known_types(), ids=_IDS)
def test_only_types_with_a_location_demand_one(kind: Kind) -> None:
    assert not kind.located or "location" in schema(kind.token).inputs.fields


def test_a_type_outside_the_tables_is_not_known_well() -> None:
    assert kind_of("azure-native:compute:AvailabilitySet") is None


def _exists(shape: Shape, parts: list[str]) -> bool:
    if isinstance(shape, OneOf):
        return any(_exists(member, parts) for member in shape.members)
    if not parts:
        return True
    name, each = parts[0].removesuffix("[]"), parts[0].endswith("[]")
    if not isinstance(shape, Object) or name not in shape.fields:
        return False
    below = shape.fields[name].shape
    if each:
        return isinstance(below, ListOf) and _exists(below.item, parts[1:])
    return _exists(below, parts[1:])
