"""Firewall policies, their rules, IP groups.

Sources: Microsoft's firewall documentation: priorities of 100 to 65000, one per group within a policy; intrusion
detection and a Premium policy need the Premium tier.
"""

from collections.abc import Iterator
from typing import Any

from pyops.emulator.identity import key, parent_of
from pyops.emulator.rules import ranges
from pyops.emulator.rules.rule import Label, Rule, Rules, Write
from pyops.emulator.values import Properties, at

_PRIORITIES = range(100, 65001)


def _group_problems(inputs: Properties) -> Iterator[str]:
    yield from _priority_problem(inputs.get("priority"), "priority")
    given = [collection.get("priority") for collection in at(inputs, "ruleCollections[]")]
    for number, priority in enumerate(given):
        yield from _priority_problem(priority, f"ruleCollections[{number}].priority")
        if isinstance(priority, int) and priority in given[:number]:
            yield f"ruleCollections[{number}].priority: {priority} again, each collection of a group has its own"


def _priority_problem(priority: Any, path: str) -> Iterator[str]:
    if isinstance(priority, int) and priority not in _PRIORITIES:
        yield f"{path}: {priority}, must be between {_PRIORITIES.start} and {_PRIORITIES.stop - 1}"


def _one_priority(arm_id: str, inputs: Properties) -> Iterator[Label]:
    for priority in at(inputs, "priority"):
        yield Label(f"priority {priority} in {key(parent_of(arm_id) or '')}", f"its priority {priority}")


def _policy_problems(inputs: Properties) -> Iterator[str]:
    tiers = at(inputs, "sku.tier")
    modes = [mode for mode in at(inputs, "intrusionDetection.mode") if isinstance(mode, str) and mode != "Off"]
    if modes and all(isinstance(tier, str) for tier in tiers) and "Premium" not in tiers:
        yield f"intrusionDetection.mode: {modes[0]!r}, needs the Premium tier"


def _lower_tier(write: Write) -> Iterator[str]:
    own = at(write.inputs, "sku.tier")
    for arm_id in at(write.inputs, "firewallPolicy.id"):
        policy = write.neighbours.find(arm_id)
        if policy and "Premium" in at(policy.inputs, "sku.tier") and "Premium" not in own:
            yield f"its policy {arm_id} is of the Premium tier, a firewall of a lower one cannot use it"


def _address_problems(inputs: Properties) -> Iterator[str]:
    for number, given in enumerate(at(inputs, "ipAddresses[]")):
        if isinstance(given, str) and not _is_range(given):
            yield f"ipAddresses[{number}]: {given!r}, must be an IPv4 address, prefix or range"


def _is_range(given: str) -> bool:
    ends = [ranges.address(end) for end in given.split("-")]
    return ranges.prefix(given) is not None or (len(ends) == 2 and all(ends))


RULES: Rules = {
    "azure-native:network:FirewallPolicyRuleCollectionGroup": (
        Rule("a priority outside of 100 to 65000, or one twice among its collections", alone=_group_problems),
        Rule("a priority that another group of its policy has", labels=_one_priority),
    ),
    "azure-native:network:FirewallPolicy": (
        Rule("intrusion detection below the Premium tier", alone=_policy_problems),
    ),
    "azure-native:network:AzureFirewall": (Rule("a Premium policy below the Premium tier", among=_lower_tier),),
    "azure-native:network:IpGroup": (Rule("what is no address, prefix or range", alone=_address_problems),),
}
