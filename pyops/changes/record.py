"""The change record: everything that a board is told and an approval holds fast, as plain frozen data.

A record is JSON on disk, read and written here only. Its digest is over its canonical text, so an approval of the
digest is an approval of every word, value and starting point in it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from pyops.errors import Refused

SCHEMA = 1

UNSEEN = ("unreachable", "not there yet", "depends on skipped", "failed")
"""Kinds of blind spots after which the rest of a host is not seen."""

type Operation = Literal["create", "update", "replace", "delete", "lift"]
"""`lift` is of a lock that is in the way of a removal: it is taken off for the run and set again at its end."""

type Class = Literal["standard", "normal", "emergency"]


@dataclass(frozen=True, slots=True)
class EstateEdit:
    """One sentence of what the estate's edit means, with the places in the file that it comes from."""

    kind: Literal["added", "removed", "changed"]
    words: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PropertyEdit:
    """One property of a resource, before and after, as JSON text; a secret's values are never kept."""

    path: str
    before: str | None
    """None where it was not there."""
    after: str | None
    forces_replacement: bool = False
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What happens to one resource. `site` is empty where it belongs to no single site."""

    stack: str
    urn: str
    type: str
    name: str
    operation: Operation
    site: str
    edits: tuple[PropertyEdit, ...] = ()
    causes: tuple[int, ...] = ()
    """Numbers of the estate's edits that brought it, in `Record.estate`."""


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A text before and after, as Ansible's `--diff` shows it."""

    header: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TaskChange:
    """A task that changes something, alike on all of `hosts`; what `no_log` hides is only said to change."""

    role: str
    task: str
    path: str
    action: str
    is_handler: bool
    hosts: tuple[str, ...]
    edits: tuple[TextEdit, ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Churn:
    """A step of an engine that changes nothing that runs: API version only, order only, a provider's upgrade."""

    kind: Literal["api version", "order", "provider"]
    stack: str
    type: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """What the prediction cannot see, and why. `where` names hosts, resources or stacks."""

    kind: Literal[
        "no check mode",
        "depends on skipped",
        "unreachable",
        "failed",
        "not there yet",
        "type not known well",
        "secret not known",
    ]
    what: str
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A change of who may talk to whom."""

    kind: Literal["added", "removed"]
    words: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A proof or policy before and after; `says` is the counter-example or breach where it does not hold after."""

    id: str
    kind: Literal["resilience", "capacity", "backup", "patch", "address", "policy"]
    claim: str
    held: bool | None
    """None where it was not asked before."""
    holds: bool
    says: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """Whether users notice, and why (each reason a sentence)."""

    is_expected: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """Who and what a change touches, as ids of the estate."""

    sites: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    hosts: int = 0
    resources: int = 0


@dataclass(frozen=True, slots=True)
class RiskInput:
    """One input of the risk's score, shown with what it adds."""

    words: str
    points: int


@dataclass(frozen=True, slots=True)
class Risk:
    """Class and score with every input, and who must sign: one principal of each of `signers`."""

    kind: Class
    score: int
    inputs: tuple[RiskInput, ...]
    signers: Mapping[str, str]
    """Role (`partner cherwell`, `owner of service_desk`) and why it must sign."""


@dataclass(frozen=True, slots=True)
class Window:
    """When the change may run, in ISO 8601 with an offset."""

    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class BackOut:
    """How to go back: the sentences for people; what runs is the estate as it was (`base.previous`)."""

    steps: tuple[str, ...]
    is_complete: bool
    """False where something cannot be brought back, which a step then says."""


@dataclass(frozen=True, slots=True)
class Base:
    """Where the change starts from, as SHA-256 in hex: an apply refuses where one of these has moved."""

    inventory: Mapping[str, str]
    """Files of the estate's folder, by path from it."""
    previous: Mapping[str, str]
    """The same of the estate as it was last applied; empty where nothing was applied before."""
    code: Mapping[str, str]
    """`revision` (of git), and a digest for each of `pyops`, `stacks`, `roles`, `playbooks`."""
    collections: Mapping[str, str]
    """Versions of ansible-core, the Ansible collections, Pulumi and its providers."""
    state: Mapping[str, str]
    """By stack, the digest of its recorded state (resources with their inputs and outputs, no timestamps)."""


@dataclass(frozen=True, slots=True)
class Record:
    """One change. Everything in it is covered by `digest(record)`."""

    id: str
    """`2026-11-28-1a2b3c4d`: the day it was drafted and the head of its content's hash."""
    environment: str
    title: str
    author: str
    """The principal who drafted it, as the allowed-signers file knows people."""
    drafted: str
    window: Window
    estate: tuple[EstateEdit, ...]
    resources: tuple[ResourceChange, ...]
    tasks: tuple[TaskChange, ...]
    churn: tuple[Churn, ...]
    blind: tuple[BlindSpot, ...]
    passages: tuple[Passage, ...]
    claims: tuple[Claim, ...]
    outage: Outage
    touched: Touched
    risk: Risk
    back_out: BackOut
    base: Base
    predicted: Mapping[str, int] = field(default_factory=dict)
    """How much was looked at: `resources` and `results`, changed or not."""
    schema: int = SCHEMA

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes anywhere, and no host stayed unseen."""
        unseen = any(spot.kind in UNSEEN for spot in self.blind)
        return not (self.estate or self.resources or self.tasks or unseen)


def canonical(record: Record) -> str:
    """The record as the one text that its digest is over."""
    return json.dumps(asdict(record), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(record: Record) -> str:
    """SHA-256 over the canonical text, in hex."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()


def as_json(record: Record) -> str:
    """The record for people and tools, indented; what `read` reads."""
    return json.dumps(asdict(record), ensure_ascii=False, indent=2) + "\n"


def read(file: Path) -> Record:
    """A record from its file; Refused names file, place, value and rule."""
    try:
        return _adapter().validate_json(file.read_bytes())
    except FileNotFoundError:
        raise Refused(f"{file}: there is no such change record") from None
    except ValidationError as wrong:
        first: Any = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(f"{file}: {place or 'the file'}: {str(first['input'])[:80]!r}, {first['msg']}") from None


@cache
def _adapter() -> TypeAdapter[Record]:
    return TypeAdapter(Record)
