"""What the stand-in does and refuses, without an engine."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pyops.emulator.azure import StandIn
from pyops.emulator.store import Record, Store
from pyops.emulator.values import UNKNOWN, Secret
from tests.emulator.conftest import GROUP, INTERFACE, MARKED, NETWORK, group, interface, network, refusal, urn

_NIC = "azurestackhci:NetworkInterface"
_NETWORK = "azurestackhci:LogicalNetwork"
_GROUP = "resources:ResourceGroup"

Make = Callable[..., str]


def test_a_resource_is_recorded_with_its_stack(azure: StandIn, store: Store) -> None:
    arm_id, outputs = azure.create(urn(_GROUP), group())
    assert arm_id == GROUP
    assert outputs == {
        "location": "westeurope",
        "name": "rg-banbury",
        "type": "Microsoft.Resources/resourceGroups",
        **MARKED,
    }
    record = store.find(GROUP)
    assert record is not None
    assert (record.done, record.stack, record.inputs) == (True, "lab", group())


def test_a_parent_that_does_not_exist(azure: StandIn) -> None:
    assert (
        refusal(azure.create, urn(_NETWORK), network()) == f"{NETWORK}: {GROUP} does not exist, it must be made first"
    )


def test_a_network_that_does_not_exist(azure: StandIn, made: Make) -> None:
    assert (
        refusal(azure.create, urn(_NIC), interface()) == f"{INTERFACE}: {NETWORK} does not exist, it must be made first"
    )


def test_a_network_in_use_is_not_deleted(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    made(_NIC, interface())
    expected = f"{NETWORK}: in use by {INTERFACE}, those must be deleted first"
    assert refusal(azure.delete, urn(_NETWORK), NETWORK, MARKED) == expected
    azure.delete(urn(_NIC), INTERFACE, MARKED)
    azure.delete(urn(_NETWORK), NETWORK.lower(), MARKED)


def test_deleting_what_is_gone_is_no_error(azure: StandIn) -> None:
    azure.delete(urn(_GROUP), GROUP, MARKED)


def test_the_same_create_again_is_adopted(azure: StandIn, made: Make) -> None:
    first = azure.create(urn(_NETWORK), network(tags={"site": "banbury"}))
    assert azure.create(urn(_NETWORK), network(tags={"site": "banbury"})) == first


def test_a_create_that_a_kill_left_half_way_is_finished(azure: StandIn, made: Make, store: Store) -> None:
    half = Record(NETWORK, urn(_NETWORK, "it").text, f"azure-native:{_NETWORK}", {"old": 1}, {})
    store.write(half)
    assert "does not exist" in refusal(azure.create, urn(_NIC), interface())
    made(_NETWORK, network())
    record = store.find(NETWORK)
    assert record is not None
    assert record.done
    assert record.inputs == network()


def test_two_resources_with_one_id_at_the_same_time(
    azure: StandIn, made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(*_: object) -> None:
        begun.set()
        go_on.wait(20)

    monkeypatch.setattr(azure._lab, "create", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(azure.create, urn(_NETWORK, "one"), network())
        assert begun.wait(20)
        refused = refusal(azure.create, urn(_NETWORK, "two"), network())
        go_on.set()
        assert first.result()[0] == NETWORK
    assert refused == f"{NETWORK}: is being made already, an id belongs to one resource"


def test_an_id_that_another_resource_has(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    expected = f"{NETWORK}: already exists (made as {urn(_NETWORK).text}), an id belongs to one resource"
    assert refusal(azure.create, urn(_NETWORK, "other"), network()) == expected


def test_an_id_that_exists_with_other_inputs(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    expected = f"{NETWORK}: already exists with other inputs (vmSwitchName), import or delete it first"
    assert refusal(azure.create, urn(_NETWORK), network(vmSwitchName="x")) == expected


def test_what_comes_with_its_parent_may_exist_already(made: Make) -> None:
    account = group(accountName="acc", kind="StorageV2", sku={"name": "Standard_LRS"})
    made("storage:StorageAccount", account)
    service = {"resourceGroupName": "rg-banbury", "accountName": "acc", "blobServicesName": "default"}
    made("storage:BlobServiceProperties", service, "one")
    made("storage:BlobServiceProperties", {**service, "isVersioningEnabled": True}, "two")


@pytest.mark.parametrize("verb", ["create", "update", "delete", "read"])
def test_another_stack_writes_nothing(azure: StandIn, store: Store, verb: str) -> None:
    foreign = urn(_GROUP, stack="production")
    words = {"create": "create", "update": "change", "delete": "delete", "read": "refresh"}[verb]
    expected = f"it: asked to {words} it for stack production, this stand-in for Azure serves lab alone"
    assert refusal(getattr(azure, verb), foreign, *_arguments(verb)) == expected
    assert store.all() == []


def test_without_a_stack_nothing_is_written(store: Store) -> None:
    azure = StandIn(store, None, None)
    expected = "it: asked to create it for stack lab, this stand-in for Azure only previews"
    assert refusal(azure.create, urn(_GROUP), group()) == expected


@pytest.mark.parametrize("verb", ["update", "delete", "read"])
def test_what_does_not_carry_the_mark_is_left_alone(azure: StandIn, verb: str) -> None:
    words = {"update": "change", "delete": "delete", "read": "refresh"}[verb]
    arguments = _arguments(verb, {"name": "made by Azure"})
    expected = f"it: asked to {words} it, but the stand-in for Azure did not make it (it has no mark)"
    assert refusal(getattr(azure, verb), urn(_GROUP), *arguments) == expected


def test_a_refresh_reads_what_was_recorded(azure: StandIn, made: Make) -> None:
    made(_NETWORK, network())
    found = azure.read(urn(_NETWORK), NETWORK.upper(), {}, MARKED)
    assert found is not None
    assert found[0] == network()
    assert found[1]["name"] == "lnet-banbury-servers"


def test_a_refresh_of_what_is_not_recorded_says_gone(azure: StandIn) -> None:
    assert azure.read(urn(_NETWORK), NETWORK, network(), MARKED) is None


def test_a_secret_survives_a_refresh(azure: StandIn, made: Make) -> None:
    inputs = network(vmSwitchName=Secret("hunter2"))
    made(_NETWORK, inputs)
    found = azure.read(urn(_NETWORK), NETWORK, inputs, MARKED)
    assert found is not None
    assert found[0] == inputs
    assert found[1]["vmSwitchName"] == Secret("hunter2")


def test_an_update_keeps_what_was_minted(azure: StandIn, made: Make) -> None:
    machine = group(machineName="m1", kind="HCI", identity={"type": "SystemAssigned"})
    arm_id, before = azure.create(urn("hybridcompute:Machine"), machine)
    changed = machine | {"tags": {"a": "b"}}
    assert azure.preview_update(urn("hybridcompute:Machine"), before, changed)["vmId"] == before["vmId"]
    after = azure.update(urn("hybridcompute:Machine"), arm_id, before, changed)
    assert after["identity"] == before["identity"]
    assert after["tags"] == {"a": "b"}


def test_an_update_of_what_is_gone(azure: StandIn) -> None:
    expected = f"{NETWORK}: does not exist any more, a refresh will show it"
    assert refusal(azure.update, urn(_NETWORK), NETWORK, MARKED, network()) == expected


def test_an_unknown_id_is_not_made(azure: StandIn) -> None:
    refused = refusal(azure.create, urn(_GROUP), group(resourceGroupName=UNKNOWN))
    assert refused == "it: a part of its id is still unknown, an id must be known when a resource is made"


def test_a_type_that_is_not_known_well_is_stored(made: Make, store: Store) -> None:
    arm_id = made("compute:AvailabilitySet", group(availabilitySetName="set"))
    assert arm_id == f"{GROUP}/providers/Microsoft.compute/availabilitySets/set"
    assert store.find(arm_id) is not None


def test_a_missing_name_is_made_up_once(azure: StandIn) -> None:
    inputs = {"resourceGroupName": "rg-banbury", "location": "westeurope"}
    first, problems = azure.check(urn(_NETWORK), {}, inputs, b"\x01\x02\x03\x04\x05")
    assert (first["logicalNetworkName"], problems) == ("it01020304", [])
    assert azure.check(urn(_NETWORK), first, inputs, b"\x09\x09\x09\x09")[0] == first


def test_a_missing_location_comes_from_the_configuration(azure: StandIn) -> None:
    inputs = {"resourceGroupName": "rg"}
    expected = ["location: not given, Azure needs one here or as azure-native:location"]
    assert azure.check(urn(_GROUP), {}, inputs, b"")[1] == expected
    azure.location = "ukwest"
    assert azure.check(urn(_GROUP), {}, inputs, b"") == ({**inputs, "location": "ukwest"}, [])


def test_a_name_with_a_slash_would_make_another_id(azure: StandIn) -> None:
    problems = azure.check(urn(_NETWORK), {}, network(logicalNetworkName="a/b"), b"")[1]
    assert problems == ["logicalNetworkName: 'a/b', must be a name (it is a part of the id)"]


def test_a_difference_that_is_ignored_does_not_show(azure: StandIn) -> None:
    old, new = network(tags={"a": "1", "b": "1"}), network(tags={"a": "2", "b": "2"})
    found = azure.diff(urn(_NETWORK), old, new, ["tags.a"])
    assert [(change.path, replaced) for change, replaced in found] == [("tags.b", False)]


def _arguments(verb: str, outputs: dict[str, Any] = MARKED) -> tuple[Any, ...]:
    return {
        "create": (group(),),
        "update": (GROUP, outputs, group()),
        "delete": (GROUP, outputs),
        "read": (GROUP, group(), outputs),
    }[verb]
