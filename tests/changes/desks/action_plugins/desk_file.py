"""Ansible action, for tests only: a file of a host that is a file of its name in a folder here, so no host is asked."""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):  # type: ignore[misc]  # Ansible carries no types
    """Writes `text` to `<folder>/<host>`; a host whose name stands in `<folder>/off` does not answer."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Write it, or in check mode only say what would be written."""
        super().run(tmp, task_vars)
        folder, host, text = Path(self._task.args["folder"]), task_vars["inventory_hostname"], self._task.args["text"]
        if (folder / "off" / host).exists():
            raise AnsibleConnectionFailure("is switched off")
        file = folder / host
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        if before != text and not self._task.check_mode:
            file.write_text(text, encoding="utf-8")
        header = {"before_header": "/etc/motd", "after_header": "/etc/motd"}
        return {"changed": before != text, "diff": {**header, "before": before, "after": text}}
