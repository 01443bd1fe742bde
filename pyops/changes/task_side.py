"""From the results of a dry run to tasks that would change something, each once with all its hosts."""

from collections.abc import Iterable
from dataclasses import replace

from pyops.changes.record import TaskChange, TextEdit
from pyops.engines.ansible import TaskResult


def task_words(role: str | None, task: str) -> str:
    """What every text calls a task: a verification finds by it again what was predicted."""
    return f"{role}: {task}" if role else task


def tasks(results: Iterable[TaskResult]) -> tuple[TaskChange, ...]:
    """Results that are alike in all but their host become one, in the order in which they first came."""
    groups: dict[TaskChange, set[str]] = {}
    for result in results:
        if result.changed and result.status == "ok":
            groups.setdefault(_change(result), set()).add(result.host)
    return tuple(replace(change, hosts=tuple(sorted(hosts))) for change, hosts in groups.items())


def _change(result: TaskResult) -> TaskChange:
    """What one result says, less its host."""
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
