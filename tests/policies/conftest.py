"""Plans to play with: what production's and the lab's stacks would be, and a small one that needs no engine."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pyops.environments.workspace import Workspace
from pyops.estate import Estate
from pyops.estate.loading import places
from pyops.policies import POLICIES, Planned, Verdict, judge, planned_of
from tests.estate.conftest import daventry as daventry
from tests.estate.conftest import edit as edit
from tests.estate.conftest import lab as lab
from tests.estate.conftest import production as production
from tests.policies.sample import sample_plan
from tests.stacks.cloud import preview_all

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPGqNfXxjm1fmLDRVO/bQqF7v7bYQc+Apl/ZT2l3nzMn operator"

Plan = tuple[Planned, ...]
Check = Callable[..., Verdict]


def engine_plan(estate: Estate, folder: Path, checkpoints: Path | None = None) -> Plan:
    """Every resource of an estate's three stacks, as the real engine plans it over the stand-in for Azure."""
    workspace = Workspace(folder, estate)
    workspace.ready(KEY)
    runs = preview_all(workspace, checkpoints=checkpoints)
    return tuple(one for stack, run in runs.items() for one in planned_of(stack, run.steps))


@pytest.fixture(scope="session")
def production_plan(production: Estate, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return engine_plan(production, tmp_path_factory.mktemp("production"))


@pytest.fixture(scope="session")
def sample(production: Estate) -> Plan:
    return sample_plan(production)


@pytest.fixture(scope="session")
def check() -> Check:
    """Judge a plan by every policy: `check(estate, plan)`."""

    def checked(estate: Estate, plan: Sequence[Planned], whole: bool = False) -> Verdict:
        return judge(estate, plan, POLICIES, places(estate), whole)

    return checked
