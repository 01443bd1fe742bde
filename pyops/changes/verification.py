"""What a change was said to do against what it did, per resource and per host's task."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pyops.changes.record import UNSEEN, BlindSpot, Operation, Record
from pyops.changes.stack_side import OPERATIONS, is_component
from pyops.engines.ansible import TaskResult
from pyops.engines.events import Step

_SHOWN = 50
_DEEDS: Mapping[Operation, Sequence[Operation]] = {
    **{how: (how,) for how in OPERATIONS.values()},
    "lift": ("delete", "create"),
}
"""What is seen of an operation while it runs."""


@dataclass(frozen=True, slots=True, order=True)
class Deed:
    """One thing that is done to one resource, or by one task to one host."""

    kind: Literal["resource", "task", "handler"]
    where: str
    """The stack or the role; empty for a task of no role."""
    what: str
    """The resource's URN, or the task's name."""
    how: str
    """The operation, or the host."""

    @property
    def words(self) -> str:
        """How people are told of it."""
        if self.kind == "resource":
            return f"{self.where}: {self.what.split('::')[-1]}: {self.how}"
        return f"{self.where or 'no role'}: {self.what}: {self.how}"


@dataclass(frozen=True, slots=True)
class Rate:
    """How far the predictions of one stack or role came true."""

    kind: Literal["stack", "role"]
    name: str
    hits: int
    unforeseen: int
    absent: int
    blind: int

    @property
    def predicted(self) -> int:
        """How much was predicted."""
        return self.hits + self.absent

    @property
    def share(self) -> float | None:
        """Of all that was predicted or happened, how much was both; None where there was nothing of either."""
        every = self.hits + self.unforeseen + self.absent + self.blind
        return self.hits / every if every else None


@dataclass(frozen=True, slots=True)
class Verification:
    """A prediction against fact."""

    hits: tuple[Deed, ...]
    """Predicted, and happened."""
    unforeseen: tuple[Deed, ...]
    """Happened without a word."""
    absent: tuple[Deed, ...]
    """Predicted, and did not happen."""
    blind: tuple[Deed, ...]
    """Happened where a blind spot of the record had said that nothing can be seen."""

    @property
    def is_true(self) -> bool:
        """Whether all that happened was predicted, or said to be out of sight, and all that was predicted happened."""
        return not (self.unforeseen or self.absent)

    @property
    def rates(self) -> tuple[Rate, ...]:
        """Stacks first, then roles, by name."""
        hits, unforeseen, absent, blind = (
            Counter(map(_subject, deeds)) for deeds in (self.hits, self.unforeseen, self.absent, self.blind)
        )
        subjects = sorted({*hits, *unforeseen, *absent, *blind}, key=lambda subject: (subject[0] == "role", subject))
        return tuple(Rate(*one, hits[one], unforeseen[one], absent[one], blind[one]) for one in subjects)


def predicted(record: Record) -> frozenset[Deed]:
    """What the record says will happen."""
    resources = {Deed("resource", one.stack, one.urn, how) for one in record.resources for how in _DEEDS[one.operation]}
    tasks = {
        Deed("handler" if one.is_handler else "task", one.role, one.task, host)
        for one in record.tasks
        for host in one.hosts
    }
    return frozenset(resources | tasks)


def actual(steps: Mapping[str, Sequence[Step]], results: Iterable[TaskResult]) -> frozenset[Deed]:
    """What happened: the steps of each stack's `up`, and the results of the playbooks (dry runs' are passed over)."""
    found: set[Deed] = set()
    for stack, done in steps.items():
        found |= {one for step in done if (one := deed(step, stack))}
    for result in results:
        if result.changed and result.status == "ok" and not result.is_check:
            kind: Literal["task", "handler"] = "handler" if result.is_handler else "task"
            found.add(Deed(kind, result.role or "", result.task, result.host))
    return frozenset(found)


def deed(step: Step, stack: str = "") -> Deed | None:
    """What a step does, if it is a deed; its stack is the project that its URN names where none is given."""
    how = OPERATIONS.get(step.operation)
    if how is None or is_component(step):
        return None
    return Deed("resource", stack or step.urn.split("::")[1], step.urn, how)


def compare(record: Record, happened: frozenset[Deed]) -> Verification:
    """The record's prediction against what happened; churn that the record lists is neither missed nor unforeseen."""
    said = predicted(record)
    churn = {(one.stack, one.name) for one in record.churn}
    more = [deed for deed in sorted(happened - said) if not (_is_update(deed) and _stack_and_name(deed) in churn)]
    sight = Sight(record.blind)
    return Verification(
        hits=tuple(sorted(said & happened)),
        unforeseen=tuple(deed for deed in more if not sight.is_blind_to(deed)),
        absent=tuple(sorted(said - happened)),
        blind=tuple(deed for deed in more if sight.is_blind_to(deed)),
    )


def as_dict(verification: Verification) -> dict[str, Any]:
    """For the ledger: counts, rates, and the first of what was not as predicted in words."""
    return {
        "hits": len(verification.hits),
        "unforeseen": len(verification.unforeseen),
        "absent": len(verification.absent),
        "blind": len(verification.blind),
        "words": {
            name: [deed.words for deed in getattr(verification, name)[:_SHOWN]]
            for name in ("unforeseen", "absent", "blind")
        },
        "rates": [
            {
                "kind": rate.kind,
                "name": rate.name,
                "hits": rate.hits,
                "unforeseen": rate.unforeseen,
                "absent": rate.absent,
                "blind": rate.blind,
            }
            for rate in verification.rates
        ],
    }


class Sight:
    """What a record had said that it cannot see."""

    def __init__(self, spots: Sequence[BlindSpot]) -> None:
        self._hosts = {name for spot in spots if spot.kind in UNSEEN for name in spot.where}
        kinds = ("type not known well", "secret not known")
        self._resources = {name for spot in spots if spot.kind in kinds for name in spot.where}
        self._tasks: dict[str, list[str]] = {}
        for spot in spots:
            if spot.kind in ("no check mode", "depends on skipped"):
                for name in spot.where:
                    self._tasks.setdefault(name, []).append(spot.what)

    def is_blind_to(self, deed: Deed) -> bool:
        """Whether one of the blind spots names it: its resource, its host, or its task on its host.

        A handler runs because a task did: of a role with a task that is out of sight, it is so too.
        """
        if deed.kind == "resource":
            return not self._resources.isdisjoint({deed.what, deed.what.split("::")[-1]})
        if deed.how in self._hosts:
            return True
        asked = deed.where if deed.kind == "handler" else deed.what
        return bool(asked) and any(asked in what for what in self._tasks.get(deed.how, ()))


def _subject(deed: Deed) -> tuple[Literal["stack", "role"], str]:
    return ("stack", deed.where) if deed.kind == "resource" else ("role", deed.where or "no role")


def _is_update(deed: Deed) -> bool:
    return deed.kind == "resource" and deed.how == "update"


def _stack_and_name(deed: Deed) -> tuple[str, str]:
    return deed.where, deed.what.split("::", 3)[-1]
