"""Object replication: what must be there first, and how much of it there may be."""

from collections.abc import Callable

import pytest

from pyops.emulator.azure import StandIn
from tests.emulator.conftest import MARKED, refusal, urn
from tests.emulator.inputs import account, account_id, blob_service, container, replication, rule

_POLICY = "storage:ObjectReplicationPolicy"
_SERVICE = "storage:BlobServiceProperties"
_VERSIONS = "object replication needs blob versioning on both accounts"

Make = Callable[..., str]


@pytest.fixture
def accounts(made: Make) -> Make:
    """Makes resources where there are four accounts with everything that replication needs."""
    for name in ("one", "two", "three", "four"):
        made("storage:StorageAccount", account(name), name)
        made(_SERVICE, blob_service(name), f"{name}-blobs")
        made("storage:BlobContainer", container("backups", name), f"{name}-backups")
        made("storage:BlobContainer", container("copy", name), f"{name}-copy")
    return made


def _refused(make: Make, *inputs: object) -> list[str]:
    lines = refusal(make, _POLICY, replication(*inputs), "refused").splitlines()  # type: ignore[arg-type]
    return [line.partition(": ")[2] for line in lines]


def test_both_ends_of_an_edge_are_made(azure: StandIn, accounts: Make) -> None:
    received = azure.create(urn(_POLICY, "receive"), replication("one", "two", "two"))[1]
    minted = received["rules"][0]["ruleId"]
    sending = replication("one", "two", "one", received["policyId"], rule(ruleId=minted))
    assert azure.create(urn(_POLICY, "send"), sending)[0].endswith(f"/{received['policyId']}")


def test_a_sending_policy_before_its_receiving_one(accounts: Make) -> None:
    words = f"{account_id('two')} has no policy made-up, the receiver's comes first and gives its id to the sender's"
    assert _refused(accounts, "one", "two", "one", "made-up") == [words]


def test_a_sending_policy_with_a_rule_of_its_own(azure: StandIn, accounts: Make) -> None:
    arm_id, received = azure.create(urn(_POLICY, "receive"), replication("one", "two", "two"))
    words = f"its rule own is none of {arm_id}, both ends carry the ids that Azure minted"
    assert _refused(accounts, "one", "two", "one", received["policyId"], rule(ruleId="own")) == [words]


def test_accounts_that_are_not_ready(made: Make) -> None:
    for name in ("one", "two"):
        made("storage:StorageAccount", account(name), name)
    made(_SERVICE, blob_service("one", feed=False), "one-blobs")
    assert _refused(made, "one", "two", "two") == [
        f"{account_id('two')} keeps no versions, {_VERSIONS}",
        f"{account_id('one')} has no change feed, object replication needs it on the source",
        f"its container backups does not exist in {account_id('one')}",
        f"its container copy does not exist in {account_id('two')}",
    ]
    made("storage:StorageAccount", account("three"), "three")
    made(_SERVICE, blob_service("three", versions=False), "three-blobs")
    assert _refused(made, "three", "one", "one")[0] == f"{account_id('three')} keeps no versions, {_VERSIONS}"


def test_a_third_policy_of_a_destination(accounts: Make) -> None:
    for source in ("one", "two"):
        accounts(_POLICY, replication(source, "four", "four"), source)
    words = f"{account_id('four')} is the destination of 2 policies already, 2 are the most"
    assert _refused(accounts, "three", "four", "four") == [words]


def test_a_third_policy_of_a_source(azure: StandIn, accounts: Make) -> None:
    def send(destination: str) -> str:
        received = azure.create(urn(_POLICY, f"{destination}-in"), replication("one", destination, destination))[1]
        sent = rule(ruleId=received["rules"][0]["ruleId"])
        outward = replication("one", destination, "one", received["policyId"], sent)
        return azure.create(urn(_POLICY, f"{destination}-out"), outward)[0]

    send("two")
    send("three")
    words = f"{account_id('one')} is the source of 2 policies already, 2 are the most"
    assert refusal(send, "four").endswith(words)


def test_versions_stay_on_while_something_is_replicated(azure: StandIn, accounts: Make) -> None:
    policy = accounts(_POLICY, replication("one", "two", "two"))
    service = f"{account_id('two')}/blobServices/default"
    words = f"{service}: isVersioningEnabled cannot be switched off while there is {policy}"
    off = blob_service("two", versions=False)
    assert refusal(azure.update, urn(_SERVICE, "two-blobs"), service, MARKED, off) == words
    azure.delete(urn(_POLICY), policy, MARKED)
    azure.update(urn(_SERVICE, "two-blobs"), service, MARKED, off)
