"""The wire protocol of a Pulumi provider: takes requests apart, asks the stand-in, puts answers together."""

# ruff: noqa: N802, D102, ARG002
# The wire protocol names the methods, says what they are for and fixes their arguments.

import contextlib
import functools
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2, provider_pb2_grpc

from pyops.emulator.azure import StandIn
from pyops.emulator.computed import previewed
from pyops.emulator.differences import Change
from pyops.emulator.kinds import kind_of
from pyops.emulator.urn import Urn
from pyops.emulator.values import bare, decoded, encoded
from pyops.errors import OutsideFailed, PyopsError, Refused

_KINDS = provider_pb2.PropertyDiff.Kind
_WIRE_CHANGE = {
    (Change.ADD, False): _KINDS.ADD,
    (Change.ADD, True): _KINDS.ADD_REPLACE,
    (Change.DELETE, False): _KINDS.DELETE,
    (Change.DELETE, True): _KINDS.DELETE_REPLACE,
    (Change.UPDATE, False): _KINDS.UPDATE,
    (Change.UPDATE, True): _KINDS.UPDATE_REPLACE,
}


def _answered(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turns our errors into the status that the engine prints; a bug keeps its traceback on standard error."""

    @functools.wraps(method)
    def call(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except PyopsError as error:
            code = (
                grpc.StatusCode.UNAVAILABLE if isinstance(error, OutsideFailed) else grpc.StatusCode.FAILED_PRECONDITION
            )
            context.abort(code, str(error))
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            context.abort(
                grpc.StatusCode.INTERNAL, f"the stand-in for Azure has a bug: {type(error).__name__}: {error}"
            )

    return call


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The azure-native provider as the engine sees it."""

    def __init__(self, azure: StandIn) -> None:
        self._azure = azure
        self._engine = ""
        self._told: set[tuple[str, str]] = set()

    @_answered
    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._engine = request.engine_address
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    @_answered
    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._engine = request.address
        return Empty()

    @_answered
    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=version("pulumi-azure-native"))

    @_answered
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    @_answered
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    @_answered
    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        given = bare(decoded(request.args))
        self._azure.subscription = given.get("subscriptionId") or self._azure.subscription
        self._azure.location = given.get("location") or self._azure.location
        writes = f"it writes for stack {self._azure.stack} alone" if self._azure.stack else "it only previews"
        self._say("stand-in", f"pyops.emulator stands in for Azure: nothing here reaches Azure, and {writes}.")
        self._say_what_is_not_known_well()
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_answered
    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        urn = Urn(request.urn)
        inputs, problems = self._azure.check(urn, decoded(request.olds), decoded(request.news), request.randomSeed)
        if kind_of(urn.token) is None:
            self._say(urn.token, f"{urn.token} is not known well: it is stored, with an id derived from its names.")
        failures = [provider_pb2.CheckFailure(reason=problem) for problem in problems]
        return provider_pb2.CheckResponse(inputs=encoded(inputs), failures=failures)

    @_answered
    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        old, new = decoded(request.old_inputs), decoded(request.news)
        found = self._azure.diff(Urn(request.urn), old, new, list(request.ignoreChanges))
        detailed = {
            change.path: provider_pb2.PropertyDiff(kind=_WIRE_CHANGE[change.change, replaced], inputDiff=True)
            for change, replaced in found
        }
        answer = provider_pb2.DiffResponse
        return answer(
            changes=answer.DIFF_SOME if found else answer.DIFF_NONE,
            diffs=[change.path for change, _ in found],
            replaces=[change.path for change, replaced in found if replaced],
            deleteBeforeReplace=any(replaced for _, replaced in found),
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    @_answered
    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        urn, inputs = Urn(request.urn), decoded(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=encoded(previewed(urn.token, inputs)))
        arm_id, outputs = self._azure.create(urn, inputs)
        return provider_pb2.CreateResponse(id=arm_id, properties=encoded(outputs))

    @_answered
    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        found = self._azure.read(Urn(request.urn), request.id, decoded(request.inputs), decoded(request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        inputs, outputs = found
        return provider_pb2.ReadResponse(id=request.id, inputs=encoded(inputs), properties=encoded(outputs))

    @_answered
    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        urn, olds, news = Urn(request.urn), decoded(request.olds), decoded(request.news)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=encoded(self._azure.preview_update(urn, olds, news)))
        return provider_pb2.UpdateResponse(properties=encoded(self._azure.update(urn, request.id, olds, news)))

    @_answered
    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._azure.delete(Urn(request.urn), request.id, decoded(request.properties))
        return Empty()

    @_answered
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        reason = f"{request.tok}: the stand-in for Azure answers no functions, only resources"
        return provider_pb2.InvokeResponse(failures=[provider_pb2.CheckFailure(reason=reason)])

    @_answered
    def Construct(self, request: Any, context: grpc.ServicerContext) -> Any:
        raise Refused(f"{request.type}: the stand-in for Azure has no components")

    @_answered
    def Call(self, request: Any, context: grpc.ServicerContext) -> Any:
        raise Refused(f"{request.tok}: the stand-in for Azure has no methods")

    @_answered
    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return Empty()

    def _say_what_is_not_known_well(self) -> None:
        found = {kind: count for kind, count in self._azure.store.counts().items() if kind_of(kind) is None}
        if found:
            listed = ", ".join(f"{kind.removeprefix('azure-native:')} ({count})" for kind, count in found.items())
            self._say(
                "counts", f"{sum(found.values())} stored resources are of types that are not known well: {listed}."
            )

    def _say(self, about: str, message: str) -> None:
        """Shows a line among the run's messages, once a run; a run goes on without it."""
        if not self._engine or (self._engine, about) in self._told:
            return
        self._told.add((self._engine, about))
        with grpc.insecure_channel(self._engine) as channel, contextlib.suppress(grpc.RpcError):
            line = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=message)
            engine_pb2_grpc.EngineStub(channel).Log(line, timeout=5)
