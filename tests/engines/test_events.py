"""Lines of the engine's event stream, as pulumi v3.259.0 writes them."""

import json
from typing import Any

import pytest

from pyops.engines.events import Change, Message, Phase, Progress, Step, Summary, parsed

_URN = "urn:pulumi:lab::network::pyops:network:SiteNetwork$azure-native:azurestackhci:LogicalNetwork::servers"


def _step(**more: Any) -> dict[str, Any]:
    kind = "azure-native:azurestackhci:LogicalNetwork"
    return {"op": "create", "urn": _URN, "type": kind, "old": None, "new": {"inputs": {"a": 1}}, **more}


def test_a_planned_step() -> None:
    event = parsed(json.dumps({"sequence": 1, "resourcePreEvent": {"metadata": _step(), "planning": True}}))
    kind = "azure-native:azurestackhci:LogicalNetwork"
    expected = Step(_URN, "create", kind, "servers", inputs_before=None, inputs_after={"a": 1})
    assert event == Progress(Phase.PLANNED, expected)


def test_changes_and_what_replaces() -> None:
    detailed = {
        "subnets[0].vlan": {"diffKind": "update-replace", "inputDiff": True},
        "tags": {"diffKind": "add", "inputDiff": True},
    }
    metadata = _step(op="replace", detailedDiff=detailed, keys=["subnets[0].vlan"])
    event = parsed(json.dumps({"resOutputsEvent": {"metadata": metadata}}))
    assert isinstance(event, Progress)
    assert event.phase is Phase.DONE
    assert event.step.changes == (Change("subnets[0].vlan", "update-replace"), Change("tags", "add"))
    assert [change.replaces for change in event.step.changes] == [True, False]
    assert event.step.replaced_by == ("subnets[0].vlan",)


def test_what_recorded_a_resource_and_what_plans_it_now() -> None:
    old = {"type": "azure-native:azurestackhci/v20240101:LogicalNetwork", "provider": f"{_URN}::1"}
    metadata = _step(op="same", old=old, new={"provider": f"{_URN}::2"})
    event = parsed(json.dumps({"resourcePreEvent": {"metadata": metadata}}))
    assert isinstance(event, Progress)
    assert event.step.type_before == old["type"]
    assert event.step.providers == (f"{_URN}::1", f"{_URN}::2")


def test_a_failed_step() -> None:
    event = parsed(json.dumps({"resOpFailedEvent": {"metadata": _step(), "status": 1, "steps": 1}}))
    assert isinstance(event, Progress)
    assert event.phase is Phase.FAILED


def test_a_message_loses_its_colours() -> None:
    line = {"message": "<{%reset%}>it is so<{%reset%}>\n", "severity": "info", "color": "never", "urn": _URN}
    assert parsed(json.dumps({"diagnosticEvent": line})) == Message("info", "it is so", _URN)


@pytest.mark.parametrize(
    "event",
    [
        {"preludeEvent": {"config": {}}},
        {"cancelEvent": {}},
        {"diagnosticEvent": {"message": "registering", "severity": "debug"}},
        {"diagnosticEvent": {"message": "<{%reset%}>\n", "severity": "info"}},
        {"diagnosticEvent": {"message": "working", "severity": "info", "ephemeral": True}},
    ],
)
def test_what_nobody_reads(event: dict[str, Any]) -> None:
    assert parsed(json.dumps(event)) is None


def test_the_summary() -> None:
    event = {"summaryEvent": {"durationSeconds": 3, "resourceChanges": {"same": 4}, "isPreview": True}}
    assert parsed(json.dumps(event)) == Summary({"same": 4}, 3.0)
