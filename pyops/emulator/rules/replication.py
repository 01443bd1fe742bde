"""Object replication between storage accounts.

Source: Microsoft's documentation of object replication: versioning on both accounts, the change feed on the source,
containers that exist, two policies an account and direction, ten rules a policy; the receiving account's policy first,
and the sending one with the ids that Azure minted for it.
"""

from collections.abc import Iterator

from pyops.emulator.identity import key, parent_of
from pyops.emulator.rules.rule import Neighbours, Rule, Rules, Write
from pyops.emulator.values import Properties, at

_POLICY = "azure-native:storage:ObjectReplicationPolicy"
_MOST_POLICIES = 2
_MOST_RULES = 10


def _rule_problems(inputs: Properties) -> Iterator[str]:
    rules = at(inputs, "rules[]")
    if len(rules) > _MOST_RULES:
        yield f"rules: {len(rules)} of them, a policy has at most {_MOST_RULES}"
    given = at(inputs, "rules[].destinationContainer")
    for name in sorted({one for one in given if isinstance(one, str) and given.count(one) > 1}):
        yield f"rules: {name} is the destination of two, each rule has its own"


def _not_ready(write: Write) -> Iterator[str]:
    source, destination = _ends(write.inputs)
    if not _on(source, "isVersioningEnabled", write.neighbours):
        yield f"{source} keeps no versions, object replication needs blob versioning on both accounts"
    if not _on(destination, "isVersioningEnabled", write.neighbours):
        yield f"{destination} keeps no versions, object replication needs blob versioning on both accounts"
    if not _on(source, "changeFeed.enabled", write.neighbours):
        yield f"{source} has no change feed, object replication needs it on the source"
    for account, path in ((source, "rules[].sourceContainer"), (destination, "rules[].destinationContainer")):
        for container in at(write.inputs, path):
            if write.neighbours.find(f"{account}/blobServices/default/containers/{container}") is None:
                yield f"its container {container} does not exist in {account}"


def _ends(inputs: Properties) -> tuple[str, str]:
    return str(inputs["sourceAccount"]), str(inputs["destinationAccount"])


def _on(account: str, path: str, neighbours: Neighbours) -> bool:
    service = neighbours.find(f"{account}/blobServices/default")
    return service is not None and True in at(service.inputs, path)


def _too_many(write: Write) -> Iterator[str]:
    account = parent_of(write.id) or ""
    for role in ("sourceAccount", "destinationAccount"):
        if key(str(write.inputs[role])) != key(account):
            continue
        others = write.neighbours.below(account, _POLICY)
        same = [other for other in others if key(str(other.inputs[role])) == key(account)]
        if len(same) >= _MOST_POLICIES:
            word = role.removesuffix("Account")
            yield f"{account} is the {word} of {len(same)} policies already, {_MOST_POLICIES} are the most"


def _not_received(write: Write) -> Iterator[str]:
    source, destination = _ends(write.inputs)
    account, name = key(parent_of(write.id) or ""), write.id.rsplit("/", 1)[1]
    if account != key(source) or key(source) == key(destination):
        return
    receiving = write.neighbours.find(f"{destination}/objectReplicationPolicies/{name}")
    if receiving is None:
        yield f"{destination} has no policy {name}, the receiver's comes first and gives its id to the sender's"
        return
    minted = set(at(receiving.outputs, "rules[].ruleId"))
    for rule in at(write.inputs, "rules[].ruleId"):
        if rule not in minted:
            yield f"its rule {rule} is none of {receiving.id}, both ends carry the ids that Azure minted"


RULES: Rules = {
    _POLICY: (
        Rule("more than ten rules, a destination twice", alone=_rule_problems),
        Rule("accounts without versioning, change feed or the containers", among=_not_ready),
        Rule("a third policy of an account in one direction", among=_too_many),
        Rule("a sending policy before its receiving one, or with other ids", among=_not_received),
    ),
}
