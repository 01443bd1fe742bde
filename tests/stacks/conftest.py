"""What production's stacks would make at first, as the engine plans it: planned once for all tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pyops.engines.pulumi import Run
from pyops.environments.workspace import Workspace
from pyops.estate import Estate, load
from tests.estate.conftest import daventry as daventry
from tests.stacks.cloud import preview_all

ROOT = Path(__file__).parents[2]
Inputs = dict[tuple[str, str], Mapping[str, Any]]


@pytest.fixture(scope="session")
def estate() -> Estate:
    return load(ROOT / "inventories" / "production")


@pytest.fixture(scope="session")
def previews(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Run]:
    """The engine's previews of a first `up` of production, by stack."""
    return preview_all(Workspace(tmp_path_factory.mktemp("production"), estate))


@pytest.fixture(scope="session")
def planned(previews: Mapping[str, Run]) -> Inputs:
    """The inputs of everything that a first `up` of production would make, by type and name, in the order of making."""
    return inputs(previews)


def inputs(runs: Mapping[str, Run]) -> Inputs:
    return {
        (step.type.rpartition(":")[2], step.name): step.inputs_after or {}
        for run in runs.values()
        for step in run.changes
        if step.operation == "create"
    }
