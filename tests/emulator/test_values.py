"""What is put on the wire comes off it again, and secrets never show in texts."""

from google.protobuf.struct_pb2 import Struct

from pyops.emulator.values import UNKNOWN, Secret, at, bare, decoded, encoded


def test_values_survive_the_wire() -> None:
    properties = {
        "text": "a",
        "whole": 4096,
        "part": 0.5,
        "yes": True,
        "list": [1, "b", {"c": False}],
        "unknown": UNKNOWN,
        "secret": Secret({"key": "hidden", "list": [UNKNOWN]}),
    }
    assert decoded(encoded(properties)) == properties


def test_a_whole_number_is_no_float() -> None:
    assert repr(decoded(encoded({"vlan": 20}))["vlan"]) == "20"


def test_null_entries_are_as_good_as_absent() -> None:
    message = Struct()
    message.update({"a": None, "b": {"c": None, "d": 1}})
    assert decoded(message) == {"b": {"d": 1}}


def test_a_secret_does_not_show_when_it_is_printed() -> None:
    assert "hidden" not in repr({"a": Secret("hidden")})


def test_bare_looks_through_secrets_at_every_depth() -> None:
    assert bare({"a": [Secret({"b": Secret("c")})]}) == {"a": [{"b": "c"}]}


def test_at_collects_from_every_item_and_leaves_out_what_is_missing() -> None:
    inputs = {"list": [{"x": {"id": "1"}}, {"y": 2}, {"x": {"id": Secret("3")}}]}
    assert at(inputs, "list[].x.id") == ["1", "3"]
    assert at(inputs, "nothing[].x") == []
