"""The wire protocol over a real connection, without an engine."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from pyops.emulator.azure import StandIn
from pyops.emulator.protocol import Provider
from pyops.emulator.store import Store
from pyops.emulator.values import UNKNOWN, Secret, decoded, encoded
from tests.emulator.conftest import GROUP, NETWORK, group, interface, network, urn

_KINDS = provider_pb2.PropertyDiff
_NETWORK = urn("azurestackhci:LogicalNetwork").text
_GROUP = urn("resources:ResourceGroup").text


class Engine(engine_pb2_grpc.EngineServicer):
    """Stands for the engine: keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.lines.append((request.severity, request.message))
        return Empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    own, server = Engine(), grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(own, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield own, f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def provider(store: Store) -> Iterator[Any]:
    server = grpc.server(ThreadPoolExecutor(8))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(StandIn(store, "lab", None)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(None).wait()


def test_it_says_once_a_run_that_it_stands_in(provider: Any, engine: tuple[Engine, str]) -> None:
    own, address = engine
    accepted = provider.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
    assert accepted.accept_secrets
    for _ in range(2):
        assert provider.Configure(provider_pb2.ConfigureRequest()).supportsPreview
    expected = "pyops.emulator stands in for Azure: nothing here reaches Azure, and it writes for stack lab alone."
    assert own.lines == [(engine_pb2.INFO, expected)]


def test_it_says_which_types_it_does_not_know_well(provider: Any, engine: tuple[Engine, str]) -> None:
    own, address = engine
    provider.Attach(plugin_pb2.PluginAttach(address=address))
    for name in ("one", "two"):
        _check(provider, urn("compute:AvailabilitySet", name).text, group(availabilitySetName=name))
    kind = "azure-native:compute:AvailabilitySet"
    assert own.lines == [
        (engine_pb2.INFO, f"{kind} is not known well: it is stored, with an id derived from its names.")
    ]


def test_it_counts_what_it_does_not_know_well(provider: Any, engine: tuple[Engine, str]) -> None:
    own, address = engine
    provider.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address=address))
    provider.Create(provider_pb2.CreateRequest(urn=_GROUP, properties=encoded(group())))
    for name in ("one", "two"):
        inputs = encoded(group(availabilitySetName=name))
        provider.Create(provider_pb2.CreateRequest(urn=urn("compute:AvailabilitySet", name).text, properties=inputs))
    provider.Configure(provider_pb2.ConfigureRequest())
    expected = "2 stored resources are of types that are not known well: compute:AvailabilitySet (2)."
    assert own.lines[-1] == (engine_pb2.INFO, expected)


def test_an_engine_that_does_not_listen_is_no_failure(provider: Any) -> None:
    provider.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert provider.Configure(provider_pb2.ConfigureRequest()).acceptSecrets


def test_configuration_decides_ids_and_location(provider: Any) -> None:
    provider.Configure(
        provider_pb2.ConfigureRequest(args=encoded({"subscriptionId": "s1", "location": Secret("uksouth")}))
    )
    checked = _check(provider, _GROUP, {"resourceGroupName": "rg"})
    assert decoded(checked.inputs)["location"] == "uksouth"
    created = provider.Create(provider_pb2.CreateRequest(urn=_GROUP, properties=checked.inputs))
    assert created.id == "/subscriptions/s1/resourceGroups/rg"


def test_check_names_every_problem(provider: Any) -> None:
    checked = _check(provider, _NETWORK, {"logicalNetworkName": "a/b", "vmSwitch": "x"})
    assert [(failure.property, failure.reason) for failure in checked.failures] == [
        ("", "vmSwitch: a LogicalNetwork has no such property; did you mean vmSwitchName?"),
        ("", "resourceGroupName: not given, a LogicalNetwork needs it (a text)"),
        ("", "location: not given, Azure needs one here or as azure-native:location"),
        ("", "logicalNetworkName: 'a/b', must be a name (it is a part of the id)"),
    ]


def test_diff_says_what_replaces(provider: Any) -> None:
    answer = _diff(provider, network(tags={"a": "1"}), network(subnets=[], tags={"b": "1"}))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert answer.deleteBeforeReplace
    assert list(answer.replaces) == ["subnets[0]"]
    assert {path: found.kind for path, found in answer.detailedDiff.items()} == {
        "subnets[0]": _KINDS.DELETE_REPLACE,
        "tags.a": _KINDS.DELETE,
        "tags.b": _KINDS.ADD,
    }


def test_diff_of_what_is_unknown_replaces_where_a_change_would(provider: Any) -> None:
    answer = _diff(provider, network(), network(vmSwitchName=UNKNOWN, tags=UNKNOWN))
    assert {path: found.kind for path, found in answer.detailedDiff.items()} == {
        "vmSwitchName": _KINDS.ADD_REPLACE,
        "tags": _KINDS.ADD,
    }


def test_no_difference(provider: Any) -> None:
    answer = _diff(provider, network(location="West Europe"), network())
    assert (answer.changes, list(answer.diffs)) == (provider_pb2.DiffResponse.DIFF_NONE, [])


def test_a_preview_writes_nothing(provider: Any, store: Store) -> None:
    request = provider_pb2.CreateRequest(urn=_NETWORK, properties=encoded(network()), preview=True)
    answer = provider.Create(request)
    assert answer.id == ""
    assert decoded(answer.properties)["provisioningState"] is UNKNOWN
    update = provider_pb2.UpdateRequest(urn=_NETWORK, id=NETWORK, news=encoded(network()), preview=True)
    assert decoded(provider.Update(update).properties)["subnets"] == network()["subnets"]
    assert store.all() == []


def test_previews_are_free_for_other_stacks(provider: Any) -> None:
    foreign = urn("azurestackhci:LogicalNetwork", stack="production").text
    assert not _check(provider, foreign, network()).failures
    provider.Create(provider_pb2.CreateRequest(urn=foreign, properties=encoded(network()), preview=True))


def test_a_life(provider: Any, store: Store) -> None:
    for resource, inputs in ((_GROUP, group()), (_NETWORK, network())):
        made = provider.Create(provider_pb2.CreateRequest(urn=resource, properties=encoded(inputs)))
    changed = network(tags={"site": "banbury"})
    updated = provider.Update(
        provider_pb2.UpdateRequest(urn=_NETWORK, id=made.id, olds=made.properties, news=encoded(changed))
    )
    read = provider.Read(provider_pb2.ReadRequest(urn=_NETWORK, id=made.id, properties=updated.properties))
    assert (read.id, decoded(read.inputs)) == (NETWORK, changed)
    provider.Delete(provider_pb2.DeleteRequest(urn=_NETWORK, id=made.id, properties=updated.properties))
    assert provider.Read(provider_pb2.ReadRequest(urn=_NETWORK, id=made.id, properties=updated.properties)).id == ""
    assert [record.id for record in store.all()] == [GROUP]


def test_a_refusal_is_a_failed_precondition(provider: Any) -> None:
    request = provider_pb2.CreateRequest(
        urn=urn("azurestackhci:NetworkInterface").text, properties=encoded(interface())
    )
    with pytest.raises(grpc.RpcError) as failed:
        provider.Create(request)
    assert failed.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert failed.value.details().endswith(f"{GROUP} does not exist, it must be made first")


def test_a_bug_says_so(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyops.emulator.azure.StandIn.create", lambda *_: 1 / 0)
    with pytest.raises(grpc.RpcError) as failed:
        provider.Create(provider_pb2.CreateRequest(urn=_GROUP, properties=encoded(group())))
    assert failed.value.code() is grpc.StatusCode.INTERNAL
    assert failed.value.details() == "the stand-in for Azure has a bug: ZeroDivisionError: division by zero"


def test_a_full_disk_is_said_in_one_line(provider: Any, store: Store, tmp_path: Path) -> None:
    store._connection.execute("pragma max_page_count = 1")
    with pytest.raises(grpc.RpcError) as failed:
        _fill(provider)
    expected = f"{tmp_path}/azure.db: the record of resources cannot be used, database or disk is full"
    assert failed.value.details() == expected


def test_functions_are_refused_by_name(provider: Any) -> None:
    answer = provider.Invoke(provider_pb2.InvokeRequest(tok="azure-native:network:getVirtualHub"))
    assert [failure.reason for failure in answer.failures] == [
        "azure-native:network:getVirtualHub: the stand-in for Azure answers no functions, only resources"
    ]


def test_components_and_methods_are_refused_by_name(provider: Any) -> None:
    for call, request, name in (
        (provider.Construct, provider_pb2.ConstructRequest(type="a:b:C"), "a:b:C"),
        (provider.Call, provider_pb2.CallRequest(tok="a:b:c"), "a:b:c"),
    ):
        with pytest.raises(grpc.RpcError) as failed:
            call(request)
        assert failed.value.details().startswith(f"{name}: the stand-in for Azure has no ")


def _fill(provider: Any) -> None:
    for number in range(100):
        inputs = encoded(group(resourceGroupName=f"rg-{number}"))
        provider.Create(provider_pb2.CreateRequest(urn=_GROUP, properties=inputs))


def _check(provider: Any, resource: str, inputs: dict[str, Any]) -> Any:
    return provider.Check(provider_pb2.CheckRequest(urn=resource, news=encoded(inputs)))


def _diff(provider: Any, old: dict[str, Any], new: dict[str, Any]) -> Any:
    request = provider_pb2.DiffRequest(urn=_NETWORK, id=NETWORK, old_inputs=encoded(old), news=encoded(new))
    return provider.Diff(request)
