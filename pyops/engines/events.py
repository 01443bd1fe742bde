"""The engine's event stream, as far as this project reads it: what is planned or done, resource by resource."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key of a map that stands for a secret or another special value (Pulumi's sdk/go/common/resource/sig)."""
_COLOUR = re.compile(r"<\{%.*?%\}>")


@dataclass(frozen=True)
class Change:
    """One property that a step changes: `kind` is add, delete or update, `-replace` behind it when it replaces."""

    path: str
    kind: str

    @property
    def replaces(self) -> bool:
        """Whether this change makes a replacement necessary."""
        return self.kind.endswith("-replace")


@dataclass(frozen=True)
class Step:
    """What the engine does with one resource. `operation` is its word: create, update, replace, delete, same, ..."""

    urn: str
    operation: str
    type: str
    name: str
    changes: tuple[Change, ...] = ()
    replaced_by: tuple[str, ...] = ()
    """The properties that make it a replacement."""
    inputs_before: Mapping[str, Any] | None = None
    inputs_after: Mapping[str, Any] | None = None
    parent: str = ""
    """The URN of what it belongs to."""
    type_before: str = ""
    """Its type as recorded: an alias may name it by another API version."""
    providers: tuple[str, str] = ("", "")
    """The provider as recorded and as planned, by URN and id; empty where there is none."""
    is_protected: bool = False
    """Whether the engine will refuse to remove it again."""


class Phase(Enum):
    """How far a step is."""

    PLANNED = "planned"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """A step that begins, is done or has failed. In a preview every step is done at once."""

    phase: Phase
    step: Step


@dataclass(frozen=True)
class Message:
    """A line of a resource, of the program or of the engine. `severity` is info, info#err, warning or error."""

    severity: str
    text: str
    urn: str = ""


@dataclass(frozen=True)
class Summary:
    """The end of a run: how many resources met each operation."""

    counts: Mapping[str, int]
    seconds: float


type Event = Progress | Message | Summary

_PHASES = {
    "resourcePreEvent": Phase.PLANNED,
    "resOutputsEvent": Phase.DONE,
    "resOpFailedEvent": Phase.FAILED,
}


def parsed(line: str) -> Event | None:
    """One line of the stream; None for events that nobody here reads."""
    found: dict[str, Any] = json.loads(line)
    for name, phase in _PHASES.items():
        if name in found:
            return Progress(phase, _step(found[name]["metadata"]))
    if "diagnosticEvent" in found:
        return _message(found["diagnosticEvent"])
    if "summaryEvent" in found:
        event = found["summaryEvent"]
        return Summary(event.get("resourceChanges") or {}, float(event.get("durationSeconds", 0)))
    return None


def _message(event: Mapping[str, Any]) -> Message | None:
    text = _COLOUR.sub("", event["message"]).strip()
    if not text or event.get("ephemeral") or event["severity"] == "debug":
        return None
    return Message(event["severity"], text, event.get("urn", ""))


def _step(metadata: Mapping[str, Any]) -> Step:
    urn: str = metadata["urn"]
    detailed = metadata.get("detailedDiff") or {}
    old, new = metadata.get("old") or {}, metadata.get("new") or {}
    return Step(
        urn=urn,
        operation=metadata["op"],
        type=metadata["type"],
        name=urn.split("::", 3)[3],
        changes=tuple(Change(path, diff["diffKind"]) for path, diff in sorted(detailed.items())),
        replaced_by=tuple(metadata.get("keys") or ()),
        inputs_before=old.get("inputs"),
        inputs_after=new.get("inputs"),
        parent=(new or old).get("parent") or "",
        type_before=old.get("type") or "",
        providers=(old.get("provider") or "", new.get("provider") or ""),
        is_protected=bool((new or old).get("protect")),
    )
