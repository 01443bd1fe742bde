"""What the stacks of the repository would really be keeps every policy, and the policies' tables fit the SDK."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pyops.emulator.schema import Object, schema
from pyops.estate import Estate, load
from pyops.policies import POLICIES, Planned, Verdict
from pyops.policies.locks import LOCKED
from pyops.policies.names import HOSTS, MINTED, NAMES
from pyops.policies.network_access import SETTINGS
from pyops.policies.tags import LOSES_TAGS, TAKES_NO_TAGS
from tests.estate.conftest import TODAY
from tests.policies.conftest import engine_plan

pytestmark = pytest.mark.engine

Plan = tuple[Planned, ...]
Check = Callable[..., Verdict]


def told(verdict: Verdict) -> list[str]:
    return [f"{one.policy.id}: {one.what}: {one.breach.says}" for one in verdict.broken] + [
        one.says for one in verdict.wanting
    ]


def test_production_keeps_every_policy_and_needs_each_of_its_exemptions(
    production: Estate, production_plan: Plan, check: Check
) -> None:
    verdict = check(production, production_plan, whole=True)

    assert told(verdict) == []
    assert {one.exemption for one in verdict.excused} == set(production.exemptions)
    assert verdict.resources == sum(not one.is_component for one in production_plan) > 400


def test_the_lab_keeps_every_policy(lab: Estate, tmp_path: Path, check: Check) -> None:
    assert told(check(lab, engine_plan(lab, tmp_path), whole=True)) == []


def test_four_sites_keep_every_policy(
    edit: Callable[..., Path], daventry: Mapping[str, str], tmp_path: Path, check: Check
) -> None:
    estate = load(edit(daventry), TODAY)

    assert told(check(estate, engine_plan(estate, tmp_path / "state"), whole=True)) == []


def test_kinds_without_tags_are_those_for_which_the_sdk_has_none(production_plan: Plan) -> None:
    kinds = {one.kind for one in production_plan if not one.is_component}

    assert {kind for kind in kinds if "tags" not in _inputs(kind).fields} == TAKES_NO_TAGS
    assert kinds >= LOSES_TAGS


def test_tables_name_inputs_that_the_sdk_has() -> None:
    for kind, path in (*((kind, path) for kind, (path, _) in NAMES.items()), *HOSTS.items()):
        assert path.partition(".")[0] in _inputs(kind).fields, kind
    for kind, (_, name) in LOCKED.items():
        assert name in _inputs(kind).fields, kind


def test_every_kind_has_a_rule_for_its_name_and_no_rule_is_left_over(production_plan: Plan) -> None:
    kinds = {one.kind for one in production_plan if not one.is_component}

    assert {*NAMES, *HOSTS, *MINTED} == kinds


def test_every_kind_that_the_sdk_lets_be_public_stands_in_the_table(production_plan: Plan) -> None:
    """A kind that is new to the stacks is not forgotten."""
    public = {
        one.kind
        for one in production_plan
        if not one.is_component and any("publicNetworkAccess" in name for name in _inputs(one.kind).fields)
    }

    assert public <= {setting.kind for setting in SETTINGS}


def test_policies_are_told_apart_and_say_why_and_who_asks_for_them() -> None:
    assert len({policy.id for policy in POLICIES}) == len(POLICIES)
    for policy in POLICIES:
        assert policy.reason.endswith(".")
        assert policy.sources
        assert all(source.url.startswith("https://") for source in policy.sources)


def _inputs(kind: str) -> Object:
    return schema(f"azure-native:{kind}").inputs
