"""Storage accounts, their blob services and containers.

Sources: the SDK's own docstrings (names, days), Microsoft's storage documentation. That versioning and the change feed
cannot be switched off under a replication policy is believed, not established.
"""

from collections.abc import Callable, Iterator

from pyops.emulator.identity import parent_of
from pyops.emulator.rules.rule import Label, Rule, Rules, Write
from pyops.emulator.values import Properties, at

_POLICY = "azure-native:storage:ObjectReplicationPolicy"
_DAYS = {
    "deleteRetentionPolicy.days": 365,
    "containerDeleteRetentionPolicy.days": 365,
    "changeFeed.retentionInDays": 146000,
    "immutabilityPeriodSinceCreationInDays": 146000,
}


def _one_name(_: str, inputs: Properties) -> Iterator[Label]:
    for name in at(inputs, "accountName"):
        yield Label(f"storage account {str(name).lower()}", f"its name {name}, of which there is one in all of Azure,")


def _days(*paths: str) -> Callable[[Properties], Iterator[str]]:
    def check(inputs: Properties) -> Iterator[str]:
        for path in paths:
            for given in at(inputs, path):
                if isinstance(given, int) and not 1 <= given <= _DAYS[path]:
                    yield f"{path}: {given}, must be between 1 and {_DAYS[path]}"

    return check


def _switched_off(write: Write) -> Iterator[str]:
    account = (parent_of(write.id) or "").split("/blobServices")[0]
    before = write.before or {}
    for path in ("isVersioningEnabled", "changeFeed.enabled"):
        if True in at(before, path) and True not in at(write.inputs, path):
            policies = write.neighbours.below(account, _POLICY)
            yield from (f"{path} cannot be switched off while there is {policy.id}" for policy in policies[:1])


RULES: Rules = {
    "azure-native:storage:StorageAccount": (Rule("a name that exists anywhere", labels=_one_name),),
    "azure-native:storage:BlobServiceProperties": (
        Rule(
            "days out of range",
            alone=_days(
                "deleteRetentionPolicy.days", "containerDeleteRetentionPolicy.days", "changeFeed.retentionInDays"
            ),
        ),
        Rule("versioning or change feed off under a replication policy (believed)", among=_switched_off),
    ),
    "azure-native:storage:BlobContainerImmutabilityPolicy": (
        Rule("a period out of range", alone=_days("immutabilityPeriodSinceCreationInDays")),
    ),
}
