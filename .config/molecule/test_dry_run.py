"""What every role promises: its dry run on a clean host names exactly the tasks that then change."""

import json
import os
from pathlib import Path


def changed_tasks(variable: str) -> list[tuple[str, str]]:
    """Role and name of each task that changed, or would, in the run whose results a variable of the environment names."""
    lines = Path(os.environ[variable]).read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines]
    return sorted((result["role"], result["task"]) for result in results if result["changed"])


def test_the_dry_run_named_what_changed() -> None:
    changed = changed_tasks("MOLECULE_RUN")
    assert changed_tasks("MOLECULE_DRY_RUN") == changed
    assert changed, "nothing changed, so nothing was shown: the host was not clean"
