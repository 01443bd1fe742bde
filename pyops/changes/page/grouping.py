"""What happens alike to many is said once, with its exceptions named."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from pyops.changes.page.views import Line
from pyops.changes.page.visible import difference, visible
from pyops.changes.record import EstateEdit, Operation, PropertyEdit, ResourceChange, TaskChange
from pyops.changes.task_side import task_words
from pyops.estate.difference.telling import FEW, counted, few

GRAVEST_FIRST: tuple[Operation, ...] = ("delete", "replace", "lift", "update", "create")
EXCEPT = "but "
"""What an exception begins with."""
_FEW_OF_A_LIST = 3
_LONG = 120
_DIFFERENT_TEXTS = 5
"""So many variants of one task are shown with their texts; more are counted."""


def resources(changes: Sequence[ResourceChange], edits: Sequence[EstateEdit]) -> Iterator[Line]:
    """A line for each kind of change, what is destroyed or replaced first."""
    groups: dict[tuple[str, ...], list[ResourceChange]] = {}
    for one in sorted(changes, key=lambda one: (GRAVEST_FIRST.index(one.operation), one.stack, one.type)):
        groups.setdefault((one.operation, one.stack, one.type, *(edit.path for edit in one.edits)), []).append(one)
    for (operation, stack, kind, *_), members in groups.items():
        usual, others = _usual(members)
        what = counted(len(members), kind.rpartition(":")[2])
        names = few([one.name for one in members])
        parts = list(_edits(sorted(usual, key=lambda edit: not edit.forces_replacement)))
        causes = [f"because {words}" for words in _causes(members, edits)]
        is_grave = operation in ("delete", "replace")
        if is_grave:
            parts[1:1] = causes
        but = EXCEPT if usual else ""
        parts += [f"{but}{one.name}: {'; '.join(_edits(one.edits))}" for one in others]
        if operation == "replace" and not members[0].edits:
            parts.append("because what it stands on is replaced")
        parts += ["in the way of what is deleted; set again in the same run"] if operation == "lift" else []
        parts += () if is_grave else causes
        if is_grave and len(members) > FEW + 1:
            parts.append(f"in full: {', '.join(one.name for one in members)}")
        yield Line(f"{operation} {what} of {stack}: {names}", tuple(parts), is_grave=is_grave)


def _usual(members: Sequence[ResourceChange]) -> tuple[tuple[PropertyEdit, ...], list[ResourceChange]]:
    """The edits of most, and those with others; where each has its own, there is no usual one."""
    (usual, number), *_ = Counter(one.edits for one in members).most_common(1)
    if number == 1 and len(members) > 1:
        return (), list(members)
    return usual, [one for one in members if one.edits != usual]


def _edits(edits: Sequence[PropertyEdit]) -> Iterator[str]:
    """Each edit; of those that differ in the numbers of lists alone the first ones, and how many more there are."""
    groups: dict[str, list[PropertyEdit]] = {}
    for one in edits:
        groups.setdefault(re.sub(r"\[\d+\]", "[]", one.path), []).append(one)
    for path, members in groups.items():
        yield from map(_edit, members[:_FEW_OF_A_LIST])
        if (more := len(members) - _FEW_OF_A_LIST) > 0:
            yield f"{path}: {more:,} more, which are in the record"


def _edit(edit: PropertyEdit) -> str:
    forced = ", which forces the replacement" if edit.forces_replacement else ""
    if edit.is_secret:
        return f"{edit.path}: a secret changes{forced}"
    return f"{edit.path}: {_value(edit.before)} -> {_value(edit.after)}{forced}"


def _value(text: str | None) -> str:
    return "nothing" if text is None else text


def _causes(members: Iterable[ResourceChange], edits: Sequence[EstateEdit]) -> list[str]:
    return [_said(edits[number].words) for number in sorted({number for one in members for number in one.causes})]


def _said(words: str) -> str:
    """A cause in short: its details are told where the estate's edits are."""
    return words if len(words) <= _LONG else words.partition(":")[0]


def tasks(changes: Sequence[TaskChange]) -> Iterator[Line]:
    """A line for each task, with the hosts that it changes; hosts that differ from most are named."""
    groups: dict[tuple[str, str, bool], list[TaskChange]] = {}
    for one in changes:
        groups.setdefault((one.role, one.task, one.is_handler), []).append(one)
    for (role, task, is_handler), variants in groups.items():
        ordered = sorted(variants, key=lambda one: -len(one.hosts))
        hosts = {host for one in variants for host in one.hosts}
        words = task_words(role, task)
        yield Line(
            f"{words} on {counted(len(hosts), 'host')}: {few(sorted(hosts))}{' (a handler)' if is_handler else ''}",
            tuple(_variants(ordered)),
            tuple(_texts(ordered)),
        )


def _variants(ordered: Sequence[TaskChange]) -> Iterator[str]:
    if any(one.is_hidden for one in ordered):
        yield "what changes is secret, so it is not shown"
    usual, *others = ordered
    if others and len(usual.hosts) > 1:
        exceptions = few([host for one in others for host in one.hosts])
        yield f"alike on {counted(len(usual.hosts), 'host')}, otherwise on {exceptions}"
    elif others:
        yield "each host has its own text"


def _texts(ordered: Sequence[TaskChange]) -> Iterator[str]:
    for one in ordered[:_DIFFERENT_TEXTS]:
        for edit in () if one.is_hidden else one.edits:
            yield visible(f"# {few(one.hosts)}: {edit.header}".rstrip(": "))
            yield from difference(edit)
    if len(ordered) > _DIFFERENT_TEXTS:
        yield f"# and {len(ordered) - _DIFFERENT_TEXTS:,} other texts"
