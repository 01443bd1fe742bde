"""What the engine plans is read from its steps, and from previews that somebody saved."""

import json
from pathlib import Path
from typing import Any

import pytest

from pyops.engines import pulumi
from pyops.engines.events import Step
from pyops.errors import Refused
from pyops.policies import planned_in, planned_of
from pyops.policies.planned import NOT_SHOWN
from tests.engines.sample import Sample

URN = "urn:pulumi:production::network::pyops:network:Backbone$azure-native:network:VirtualWan::wan"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def state(**inputs: Any) -> dict[str, Any]:
    parent = "urn:pulumi:production::network::pyops:network:Backbone::production"
    return {"urn": URN, "type": "azure-native:network:VirtualWan", "inputs": inputs, "parent": parent}


def saved(tmp_path: Path, *steps: dict[str, Any], **more: Any) -> Path:
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": steps, **more}), encoding="utf-8")
    return file


def test_secrets_and_unknown_values_are_not_shown_wherever_they_stand() -> None:
    inputs = {"links": [{"sharedKey": SECRET}], "rules": UNKNOWN, "key": "[secret]", "type": "Standard"}
    (wan,) = planned_of("network", [Step(URN, "create", "azure-native:network:VirtualWan", "wan", inputs_after=inputs)])

    assert wan.inputs == {
        "links": [{"sharedKey": NOT_SHOWN}],
        "rules": NOT_SHOWN,
        "key": NOT_SHOWN,
        "type": "Standard",
    }


def test_what_stays_the_same_counts_and_what_is_deleted_does_not() -> None:
    steps = [Step(f"{URN}{op}", op, "azure-native:network:VirtualWan", op) for op in ("same", "update", "delete")]

    assert [one.name for one in planned_of("network", steps)] == ["same", "update"]


def test_a_saved_preview_is_read_with_its_stack_and_parents(tmp_path: Path) -> None:
    root = {"op": "create", "newState": {**state(), "type": "pulumi:pulumi:Stack"}}
    gone = {"op": "delete", "oldState": state(type="Basic")}
    (wan,) = planned_in(saved(tmp_path, root, {"op": "create", "newState": state(key="[secret]")}, gone))

    assert (wan.stack, wan.name, wan.kind) == ("network", "wan", "network:VirtualWan")
    assert wan.inputs == {"key": NOT_SHOWN}
    assert wan.parent.endswith("pyops:network:Backbone::production")


def test_a_replacement_in_a_saved_preview_is_one_resource(tmp_path: Path) -> None:
    steps = [
        {"op": "delete-replaced", "oldState": state(type="Basic")},
        {"op": "replace", "oldState": state(type="Basic"), "newState": state(type="Standard")},
        {"op": "create-replacement", "oldState": state(type="Basic"), "newState": state(type="Standard")},
    ]
    (wan,) = planned_in(saved(tmp_path, *steps))

    assert wan.inputs == {"type": "Standard"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", "is not a preview: save one with `pulumi preview --json --show-sames`"),
        ("[1]", "is not a preview: save one with `pulumi preview --json --show-sames`"),
        ("steps", "is not a preview: save one with `pulumi preview --json --show-sames`"),
        (
            '{"steps": [], "changeSummary": {"same": 3}}',
            "leaves out what stays the same: save it with `pulumi preview --json --show-sames`",
        ),
    ],
)
def test_another_file_is_refused_in_words(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "other.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(Refused) as refused:
        planned_in(file)
    assert str(refused.value) == f"{file}: {says}"


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        planned_in(tmp_path / "none.json")
    assert str(refused.value) == f"{tmp_path}/none.json: cannot be read: no such file or directory"


@pytest.mark.engine
def test_what_is_replaced_is_planned_as_it_will_be_and_the_rest_as_it_is(tmp_path: Path) -> None:
    """Also what falls with it: the engine deletes an interface before the network that it is on."""
    sample = Sample(tmp_path)
    made = planned_of("sample", sample.up("interface('10.10.20.10', network())").steps)
    sample.write("interface('10.10.20.10', network(prefix='10.10.20.0/25'))")
    planned = planned_of("sample", sample.run(pulumi.preview).steps)

    assert {one.urn for one in planned} == {one.urn for one in made}
    (network,) = [one for one in planned if one.name == "servers"]
    assert network.value("subnets[].addressPrefix") == "10.10.20.0/25"
