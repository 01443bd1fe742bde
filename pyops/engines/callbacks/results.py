# ruff: noqa: SLF001
# Ansible has no public name for a task's role and identity.
"""Ansible callback: writes one JSON line for every result, for change records and for the truth of dry runs.

What `no_log` hides is never written: not the differences, not the message, not the items of a loop.
"""

import json
import os
import time
from collections.abc import Mapping
from typing import IO, Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
    name: results
    type: notification
    short_description: writes one JSON line for every result
    description:
      - Each line names host, role, task, status and whether it changed or would change something, with the differences.
      - The file is readable by its owner only. What C(no_log) hides is never written.
    options:
      file:
        description: where to write; nothing is written without it
        type: path
        env: [{name: PYOPS_RESULTS}]
        ini: [{section: callback_results, key: file}]
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # Ansible carries no types
    """Follows a run result by result."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file: IO[str] | None = None
        self._began: dict[tuple[str, str], float] = {}

    def set_options(self, *args: Any, **kwargs: Any) -> None:
        """Open the file, empty, before the first result."""
        super().set_options(*args, **kwargs)
        path = self.get_option("file")
        if path and self._file is None:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "w", buffering=1, encoding="utf-8")

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Remember when a task began on a host."""
        self._began[host.name, task._uuid] = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        """Write a task that went well, changed or not."""
        self._write(result, "ok")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """Write a task that failed, and whether the play goes on all the same."""
        self._write(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Write a task that was skipped."""
        self._write(result, "skipped")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        """Write that a host could not be reached."""
        self._write(result, "unreachable")

    def _write(self, result: Any, status: str) -> None:
        if self._file is None:
            return
        task, fields = result.task, result.result
        began = self._began.pop((result.host.name, task._uuid), None)
        hidden = _is_hidden(fields) or task.no_log is True
        line = {
            "host": result.host.name,
            "role": task._role.get_name() if task._role else None,
            "task": task.name or task.action,
            "path": task.get_path(),
            "handler": type(task).__name__ == "Handler",
            "action": task.resolved_action or task.action,
            "status": status,
            "changed": bool(fields.get("changed")),
            "check": bool(task.check_mode),
            "seconds": round(time.monotonic() - began, 3) if began is not None else None,
            "message": "" if hidden or status == "ok" else _message(fields),
            "hidden": hidden,
            "diff": [] if hidden else _differences(fields),
        }
        self._file.write(json.dumps(line, default=str) + "\n")


def _is_hidden(fields: Mapping[str, Any]) -> bool:
    """Whether a result or one of a loop's items is hidden: then nothing of it is written."""
    items = fields.get("results")
    own = bool(fields.get("_ansible_no_log")) or "censored" in fields
    return own or any(_is_hidden(item) for item in (items if isinstance(items, list) else []) if isinstance(item, dict))


def _message(fields: Mapping[str, Any]) -> str:
    items = fields.get("results")
    found = [fields.get("msg"), fields.get("stderr")]
    found += dict.fromkeys(_message(one) for one in (items if isinstance(items, list) else []) if isinstance(one, dict))
    return "\n".join(str(text).strip() for text in found if text)


def _differences(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """The `diff` of a result and of each of a loop's items, as texts before and after."""
    own = fields.get("diff") or []
    found = [entry for entry in (own if isinstance(own, list) else [own]) if isinstance(entry, dict)]
    texts = [{name: _text(value) for name, value in entry.items()} for entry in found]
    items = fields.get("results")
    for item in items if isinstance(items, list) else []:
        texts += _differences(item) if isinstance(item, dict) else []
    return texts


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
