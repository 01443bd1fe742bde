"""From the results of a dry run to tasks that would change something, each once with all its hosts."""

from collections.abc import Iterable

from pyops.changes.record import TaskChange, TextEdit
from pyops.engines.ansible import TaskResult


def tasks(results: Iterable[TaskResult]) -> tuple[TaskChange, ...]:
    """Results that are alike in all but their host become one, in the order in which they first came."""
    groups: dict[tuple[object, ...], tuple[TaskChange, list[str]]] = {}
    for result in results:
        if result.changed and result.status == "ok":
            change = _change(result)
            key = (
                change.role,
                change.task,
                change.path,
                change.action,
                change.is_handler,
                change.edits,
                change.is_hidden,
            )
            groups.setdefault(key, (change, []))[1].append(result.host)
    return tuple(_of_all(change, hosts) for change, hosts in groups.values())


def _change(result: TaskResult) -> TaskChange:
    edits = tuple(
        TextEdit(
            # Of a file that is new, Ansible only names a temporary one, another in each run.
            _clean(one.get("before_header", "")),
            _clean(one.get("before", "")),
            _clean(one.get("after", "") or one.get("prepared", "")),
        )
        for one in result.differences
    )
    kept = tuple(edit for edit in edits if edit.before != edit.after)
    return TaskChange(
        result.role or "",
        result.task,
        _place(result.path),
        result.action,
        result.is_handler,
        (),
        kept,
        result.is_hidden,
    )


def _clean(text: str) -> str:
    """Bytes that are no text come as lone halves of letters, which nothing can write: they become question marks."""
    return text.encode("utf-8", "replace").decode()


def _place(path: str) -> str:
    """A task's place from the checkout on: `roles/base/tasks/main.yml:12`."""
    for top in ("/roles/", "/playbooks/"):
        _, found, rest = path.rpartition(top)
        if found:
            return f"{top[1:]}{rest}"
    return path


def _of_all(change: TaskChange, hosts: list[str]) -> TaskChange:
    return TaskChange(
        change.role,
        change.task,
        change.path,
        change.action,
        change.is_handler,
        tuple(sorted(set(hosts))),
        change.edits,
        change.is_hidden,
    )
