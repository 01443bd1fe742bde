"""What a draft is made from: both engines' words, the estate before and after, and where the change starts from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pyops.changes.record import Base, Claim, Window
from pyops.engines.ansible import TaskResult
from pyops.engines.events import Step
from pyops.estate import Estate


@dataclass(frozen=True, slots=True)
class Inputs:
    """All of it is read already: a draft asks nobody."""

    environment: str
    title: str
    author: str
    drafted: datetime
    window: Window
    old: Estate | None
    """As last applied; None where nothing was ever applied."""
    new: Estate
    plans: Mapping[str, Sequence[Step]]
    """By stack, all steps, those that change nothing too."""
    results: Sequence[TaskResult]
    """Of a dry run of the playbooks; empty where no host was asked."""
    base: Base
    policies: tuple[Claim, ...] = ()
    poorly_known: frozenset[str] = frozenset()
    """Types whose behaviour the stand-in for Azure does not know well."""
    knows_secrets: bool = True
    """Whether the preview had the values of secrets; without a login it has none."""
    lifted: frozenset[str] = frozenset()
    """URNs of locks that are in the way of planned removals: they are taken off and set again."""
    is_emergency: bool = False
