"""Azure's rules beyond types: what a preview can check, and what needs the neighbours.

Only rules that an estate can plausibly break are here; Azure has many more. Each module names its sources, and says
where a rule is believed rather than established. Each rule's words stand in the guide's table.
"""

from pyops.emulator.rules import (
    authorization,
    diagnostics,
    endpoints,
    firewalls,
    hubs,
    interfaces,
    logical_networks,
    names,
    patching,
    private_dns,
    replication,
    storage,
    vaults,
    virtual_networks,
    vpn,
)
from pyops.emulator.rules.rule import Label, Rule, Rules, Write
from pyops.emulator.values import Properties
from pyops.errors import Refused

_MODULES: tuple[Rules, ...] = (
    authorization.RULES,
    diagnostics.RULES,
    endpoints.RULES,
    firewalls.RULES,
    hubs.RULES,
    interfaces.RULES,
    logical_networks.RULES,
    patching.RULES,
    private_dns.RULES,
    replication.RULES,
    storage.RULES,
    vaults.RULES,
    virtual_networks.RULES,
    vpn.RULES,
)


def rules_of(token: str) -> tuple[Rule, ...]:
    """Every rule of a type, its name's aside."""
    return tuple(rule for module in _MODULES for rule in module.get(token, ()))


def ruled_types() -> set[str]:
    """The types that have rules."""
    return {token for module in _MODULES for token in module} | set(names.NAMES)


def problems(token: str, inputs: Properties) -> list[str]:
    """Every rule that the inputs alone break, as `<path>: <what was given>, <the rule>`."""
    checks = [rule.alone for rule in rules_of(token) if rule.alone]
    return [*names.problems(token, inputs), *(problem for check in checks for problem in check(inputs))]


def labels(token: str, arm_id: str, inputs: Properties) -> tuple[Label, ...]:
    """The labels by which others of its kind find a resource."""
    makers = [rule.labels for rule in rules_of(token) if rule.labels]
    return tuple(label for make in makers for label in make(arm_id, inputs))


def refuse(write: Write) -> None:
    """Raise Refused, with every reason, when a resource does not fit among those that exist."""
    checks = [rule.among for rule in rules_of(write.token) if rule.among]
    found = [problem for check in checks for problem in check(write)]
    for label in labels(write.token, write.id, write.inputs):
        holders = write.neighbours.labelled(label.text) if label.one else []
        found += [f"{label.what} is taken by {holders[0].id}"] if holders else []
    if found:
        raise Refused("\n".join(f"{write.id}: {problem}" for problem in found))
