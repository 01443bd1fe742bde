"""What is not as it was when a change was approved, part by part, in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyops.changes.record import Base, BlindSpot, PropertyEdit, Record, ResourceChange, TaskChange
from pyops.changes.task_side import task_words
from pyops.changes.verification import Deed, Sight, predicted

_SHOWN_NAMES = 5
_SHOWN_LETTERS = 80


def moved(approved: Record, now: Record) -> tuple[str, ...]:
    """Sentences on each part that moved between an approved record and a fresh draft; empty where none did.

    Id and day of the draft do not count, nor does another git revision with the same content of every part.
    """
    found = [
        *_environment(approved, now),
        *_base(approved.base, now.base),
        *_states(approved, now),
        *_plans(approved, now),
    ]
    found += [*_tasks(approved.tasks, now.tasks), *_frame(approved, now)]
    # What a page says follows from all of the above: said on its own only where nothing of that moved.
    return tuple(found or _words(approved, now))


def base_moved(approved: Base, now: Base) -> tuple[str, ...]:
    """What of files, code and tools moved: known at once, before any engine is asked; states are not compared."""
    return tuple(_base(approved, now))


def beyond(approved: Record, now: Record, happened: frozenset[Deed] | None) -> tuple[str, ...]:
    """The same for a change that was begun and stopped: what is left of it may run, nothing that it did not hold.

    The state has moved by its own doing (`happened`, None where no run began); of what it has not done yet, starting
    values count as before. A host that was not there when it was approved may be seen by now.
    """
    if happened is None:
        return moved(approved, now)
    base = (*_environment(approved, now), *_base(approved.base, now.base))
    sight = Sight(approved.blind)
    more = [deed for deed in sorted(predicted(now) - predicted(approved)) if not sight.is_blind_to(deed)]
    left = replace(now, resources=_left(now, happened), base=replace(now.base, state=approved.base.state))
    kept = {(one.stack, one.urn) for one in left.resources}
    known = replace(approved, resources=tuple(one for one in approved.resources if (one.stack, one.urn) in kept))
    values = [text for text in _plans(known, left) if left.resources]
    texts = _other_texts(approved.tasks, now.tasks)
    return (*base, *(f"{deed.words}: was not approved" for deed in more), *values, *texts, *_frame(approved, now))


def _left(now: Record, happened: frozenset[Deed]) -> tuple[ResourceChange, ...]:
    """The resources that a change that was begun has not touched yet."""
    done = {(deed.where, deed.what) for deed in happened}
    return tuple(one for one in now.resources if (one.stack, one.urn) not in done)


def _environment(approved: Record, now: Record) -> Iterator[str]:
    if approved.environment != now.environment:
        yield f"environment: {approved.environment} was approved, this is {now.environment}"


def _base(approved: Base, now: Base) -> Iterator[str]:
    yield from _files("inventory", approved.inventory, now.inventory)
    yield from _files("last applied estate", approved.previous, now.previous)
    for part in sorted({*approved.code, *now.code} - {"revision"}):
        if approved.code.get(part) != now.code.get(part):
            yield f"code: {part} was edited"
    for name in sorted({*approved.collections, *now.collections}):
        before, after = approved.collections.get(name), now.collections.get(name)
        if before != after:
            yield f"collections: {name} {before or 'not installed'} was approved, now {after or 'not installed'}"


def _files(part: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"{part}: {name} was added"
        elif name not in after:
            yield f"{part}: {name} was removed"
        elif before[name] != after[name]:
            yield f"{part}: {name} was edited"


def _states(approved: Record, now: Record) -> Iterator[str]:
    """The stacks whose recorded state moved without any planned edit's starting value being another."""
    shown = {edit.stack for edit in _edits(approved, now) if edit.is_of_state}
    for stack in sorted({*approved.base.state, *now.base.state}):
        if approved.base.state.get(stack) == now.base.state.get(stack) or stack in shown:
            continue
        yield f"state of {stack}: was changed since, in what this change does not edit"


def _plans(approved: Record, now: Record) -> Iterator[str]:
    before, after = _by_urn(approved), _by_urn(now)
    for key, change in before.items():
        fresh = after.get(key)
        if fresh is None:
            yield f"plan of {change.stack}: {change.name}: {change.operation} was approved, now nothing"
        elif fresh.operation != change.operation:
            yield f"plan of {change.stack}: {change.name}: {change.operation} was approved, now {fresh.operation}"
    for key, change in after.items():
        if key not in before:
            yield f"plan of {change.stack}: {change.name}: {change.operation} now, nothing was approved"
    yield from (edit.words for edit in _edits(approved, now))


def _by_urn(record: Record) -> dict[tuple[str, str], ResourceChange]:
    return {(change.stack, change.urn): change for change in record.resources}


@dataclass(frozen=True, slots=True)
class _Edit:
    """One property whose edit is another than was approved."""

    change: ResourceChange
    path: str
    approved: PropertyEdit | None
    now: PropertyEdit | None

    @property
    def stack(self) -> str:
        return self.change.stack

    @property
    def is_of_state(self) -> bool:
        """Whether it now starts from another value."""
        return bool(self.approved and self.now and self.approved.before != self.now.before)

    @property
    def words(self) -> str:
        where = f"{self.change.name} {self.path}"
        if not self.approved:
            return f"plan of {self.stack}: {where}: {_arrow(self.now)} now, nothing was approved"
        if not self.now:
            return f"plan of {self.stack}: {where}: {_arrow(self.approved)} was approved, now nothing"
        if self.is_of_state and self.approved.after == self.now.after:
            return (
                f"state of {self.stack}: {where}: {_arrow(self.approved)} was approved, now {_value(self.now.before)}"
            )
        part = "state" if self.is_of_state else "plan"
        return f"{part} of {self.stack}: {where}: {_arrow(self.approved)} was approved, now {_arrow(self.now)}"


def _edits(approved: Record, now: Record) -> Iterator[_Edit]:
    after = _by_urn(now)
    for key, change in _by_urn(approved).items():
        if key not in after:
            continue
        olds = {edit.path: edit for edit in change.edits}
        news = {edit.path: edit for edit in after[key].edits}
        for path in dict.fromkeys([*olds, *news]):
            if olds.get(path) != news.get(path):
                yield _Edit(change, path, olds.get(path), news.get(path))


def _arrow(edit: PropertyEdit | None) -> str:
    return f"{_value(edit.before)} -> {_value(edit.after)}" if edit else "nothing"


def _value(text: str | None) -> str:
    if text is None:
        return "none"
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}..."


type _Task = tuple[str, str, str, bool]
"""Role, task, action, whether it is a handler: its path would name the checkout."""


def _tasks(approved: Sequence[TaskChange], now: Sequence[TaskChange]) -> Iterator[str]:
    before, after = _by_host(approved), _by_host(now)
    for task in dict.fromkeys([*before, *after]):
        olds, news = before.get(task, {}), after.get(task, {})
        if more := [host for host in news if host not in olds]:
            yield f"{_named(task)}: would now also change {_names(more)}"
        if less := [host for host in olds if host not in news]:
            yield f"{_named(task)}: would no longer change {_names(less)}"
    yield from _other_texts(approved, now)


def _other_texts(approved: Sequence[TaskChange], now: Sequence[TaskChange]) -> Iterator[str]:
    """Tasks that change a host in both, but not to the same."""
    before, after = _by_host(approved), _by_host(now)
    for task, olds in before.items():
        news = after.get(task, {})
        if other := [host for host in olds if host in news and olds[host] != news[host]]:
            yield f"{_named(task)}: would now change something else on {_names(other)}"


def _named(task: _Task) -> str:
    role, name, *_ = task
    return f"tasks: {task_words(role, name)}"


def _by_host(changes: Sequence[TaskChange]) -> dict[_Task, dict[str, list[object]]]:
    found: dict[_Task, dict[str, list[object]]] = {}
    for change in changes:
        hosts = found.setdefault((change.role, change.task, change.action, change.is_handler), {})
        for host in change.hosts:
            hosts.setdefault(host, []).append((change.edits, change.is_hidden))
    for hosts in found.values():
        for done in hosts.values():
            done.sort(key=repr)
    return found


def _names(hosts: Sequence[str]) -> str:
    ordered = sorted(hosts)
    rest = len(ordered) - _SHOWN_NAMES
    return ", ".join(ordered[:_SHOWN_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _frame(approved: Record, now: Record) -> Iterator[str]:
    """Who must sign, and when it may run."""
    if approved.window != now.window:
        old, new = approved.window, now.window
        yield f"window: {old.opens} to {old.closes} was approved, now {new.opens} to {new.closes}"
    if approved.risk.kind != now.risk.kind:
        yield f"class: {approved.risk.kind} was approved, now {now.risk.kind}"
    for role in sorted(set(now.risk.signers) - set(approved.risk.signers)):
        yield f"signers: {role} must sign now and was not asked"
    for role in sorted(set(approved.risk.signers) - set(now.risk.signers)):
        yield f"signers: {role} was asked and need not sign now"


def _words(approved: Record, now: Record) -> Iterator[str]:
    """A record that says of the same plan something else was not written by a draft of it."""
    parts = {
        "title": (approved.title, now.title),
        "author": (approved.author, now.author),
        "estate's edits": (approved.estate, now.estate),
        "causes": _causes(approved, now),
        "churn": (approved.churn, now.churn),
        "blind spots": (_blind(approved.blind), _blind(now.blind)),
        "passages": (approved.passages, now.passages),
        "proofs and policies": tuple(
            {(one.id, one.kind, one.holds) for one in each.claims} for each in (approved, now)
        ),
        "outage": (approved.outage, now.outage),
        "what is touched": (approved.touched, now.touched),
        "risk": (approved.risk, now.risk),
        "back-out": (approved.back_out, now.back_out),
    }
    yield from (f"page: {name}: says now something else than was approved" for name, (a, b) in parts.items() if a != b)


def _causes(*records: Record) -> Sequence[object]:
    return [{(c.stack, c.urn, c.causes, c.site) for c in record.resources} for record in records]


def _blind(spots: Sequence[BlindSpot]) -> set[tuple[str, str, frozenset[str]]]:
    return {(spot.kind, spot.what, frozenset(spot.where)) for spot in spots}
