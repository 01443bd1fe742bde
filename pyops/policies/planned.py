"""What the engine plans, resource by resource: from a run of it, or from a preview that somebody saved."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from pyops.engines.events import SIGNATURE, Step
from pyops.errors import Refused, file_errors

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes for a value that only Azure will know (Pulumi's sdk/go/common/resource/plugin/rpc.go)."""
_HIDDEN = "[secret]"
_GONE = ("delete", "delete-replaced", "discard", "read-discard", "remove-pending-replace")
"""The engine's words for what will not be there; of a replacement it also says what will be."""


class Hidden(Enum):
    """What stands for a secret, and for a value that only Azure will know: each policy says what it makes of it."""

    NOT_SHOWN = "not shown"


NOT_SHOWN = Hidden.NOT_SHOWN


@dataclass(frozen=True)
class Planned:
    """A resource as it is to be. `stack` is the project's name, `parent` the URN of what it belongs to."""

    stack: str
    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: str = ""

    @property
    def kind(self) -> str:
        """The type in short: `storage:StorageAccount`."""
        return self.type.removeprefix("azure-native:")

    @property
    def is_component(self) -> bool:
        """Whether it only holds others together."""
        return not self.type.startswith("azure-native:")

    @property
    def tags(self) -> Mapping[str, Any]:
        """Its tags, as far as they are shown."""
        tags = self.inputs.get("tags")
        return tags if isinstance(tags, Mapping) else {}

    def values(self, path: str) -> tuple[Any, ...]:
        """What stands at a dotted path; `[]` behind a part means every item of a list. None where there is nothing."""
        found: list[Any] = [self.inputs]
        for part in path.split("."):
            name, is_list = part.removesuffix("[]"), part.endswith("[]")
            found = [one.get(name) if isinstance(one, Mapping) else _below(one) for one in found]
            if is_list:
                found = [item for one in found for item in (one if isinstance(one, list) and one else [_below(one)])]
        return tuple(found)

    def value(self, path: str) -> Any:
        """The one value at a dotted path."""
        return self.values(path)[0]


def _below(value: Any) -> Any:
    """What is inside of something that is not shown is not shown either."""
    return NOT_SHOWN if value is NOT_SHOWN else None


def planned_of(stack: str, steps: Iterable[Step]) -> tuple[Planned, ...]:
    """The resources that a preview leaves in place: those it creates, changes, and keeps as they are."""
    return tuple(
        Planned(stack, step.urn, step.type, step.name, _shown(step.inputs_after or {}), step.parent)
        for step in steps
        if step.operation not in _GONE
    )


def planned_in(file: Path) -> tuple[Planned, ...]:
    """The resources of a saved preview (`pulumi preview --json --show-sames`).

    Refused where it is something else, and where it leaves out what stays the same: a policy must see everything.
    """
    try:
        with file_errors(file):
            text = file.read_text(encoding="utf-8")
        saved = json.loads(text)
        steps = list(saved["steps"])
        found = tuple({one.urn: one for one in _saved(steps)}.values())
        same = int((saved.get("changeSummary") or {}).get("same", 0))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{file}: is not a preview: save one with `pulumi preview --json --show-sames`") from None
    if sum(step["op"] == "same" for step in steps) < same:
        raise Refused(f"{file}: leaves out what stays the same: save it with `pulumi preview --json --show-sames`")
    return found


def _saved(steps: Iterable[Mapping[str, Any]]) -> Iterator[Planned]:
    for step in steps:
        state = step.get("newState")
        if step["op"] in _GONE or not state or state["type"].startswith("pulumi:"):
            continue
        _, stack, _, name = state["urn"].split("::", 3)
        inputs = _shown(state.get("inputs") or {})
        yield Planned(stack, state["urn"], state["type"], name, inputs, state.get("parent", ""))


def _shown(value: Any) -> Any:
    """The value with secrets and unknowns marked as not shown."""
    if isinstance(value, Mapping):
        return NOT_SHOWN if SIGNATURE in value else {key: _shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return NOT_SHOWN if value in (_UNKNOWN, _HIDDEN) else value
