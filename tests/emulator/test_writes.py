"""Writes that Azure takes one at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pyops.emulator.azure import StandIn
from pyops.emulator.kinds import kind_of
from pyops.emulator.writes import ONE_AT_A_TIME
from tests.emulator.conftest import MARKED, group, refusal, urn
from tests.emulator.inputs import POLICY, policy, rule_group

_RULES = "network:FirewallPolicyRuleCollectionGroup"

Make = Callable[..., str]


@pytest.fixture
def slow(azure: StandIn, made: Make, monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Where a policy's write of a group has begun (first event) and lasts until it may end (second)."""
    made("network:FirewallPolicy", policy())
    made("network:FirewallPolicy", group(firewallPolicyName="other", sku={"tier": "Standard"}), "other")
    begun, go_on = threading.Event(), threading.Event()

    def slowly(_: str, arm_id: str, __: object) -> None:
        if arm_id == f"{POLICY}/ruleCollectionGroups/zones":
            begun.set()
            go_on.wait(20)

    monkeypatch.setattr(azure._lab, "create", slowly)
    return begun, go_on


def test_two_groups_of_one_policy_at_once(azure: StandIn, slow: tuple[threading.Event, threading.Event]) -> None:
    begun, go_on = slow
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(azure.create, urn(_RULES, "one"), rule_group())
        assert begun.wait(20)
        one, two = (f"{POLICY}/ruleCollectionGroups/{name}" for name in ("zones", "two"))
        words = f"{two}: AnotherOperationInProgress, {one} is being written"
        assert refusal(azure.create, urn(_RULES, "two"), rule_group("two", 300)) == words
        azure.create(urn(_RULES, "else"), rule_group("two", 300, firewallPolicyName="other"))
        go_on.set()
        assert first.result()[0] == one
    azure.create(urn(_RULES, "two"), rule_group("two", 300))
    azure.delete(urn(_RULES, "two"), two, MARKED)


def test_a_write_that_was_refused_lets_the_next_one_through(azure: StandIn, made: Make) -> None:
    assert "does not exist" in refusal(azure.create, urn(_RULES), rule_group())
    made("network:FirewallPolicy", policy())
    azure.create(urn(_RULES), rule_group())


def test_the_types_are_known() -> None:
    assert [token for token in ONE_AT_A_TIME if kind_of(token) is None] == []
