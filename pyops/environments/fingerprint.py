"""Whether applying a stack again could do anything: what goes into a run of the engine, as one digest.

Without a refresh the engine compares the program's resources with its recorded state and nothing else. Where estate,
code, libraries, settings and recorded state are those of the last successful run, the next would change nothing.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pyops.engines import stacks
from pyops.engines.pulumi import Project
from pyops.environments.workspace import CHECKOUT
from pyops.estate import Estate

CODE = ("pyops/estate", "pyops/components", "pyops/emulator")


def is_applied(project: Project, estate: Estate) -> bool:
    """Whether the last run succeeded on exactly what there is now."""
    mark = _mark(project)
    return mark.exists() and mark.read_text(encoding="ascii") == _digest(project, estate)


def mark_applied(project: Project, estate: Estate) -> None:
    """Remember what a successful run ended with."""
    _mark(project).write_text(_digest(project, estate), encoding="ascii")


def _mark(project: Project) -> Path:
    return stacks.state_file(project).with_suffix(".applied")


def _digest(project: Project, estate: Estate) -> str:
    digest = hashlib.sha256()
    for file in _files(project, estate):
        content = file.read_bytes() if file.exists() else b""
        digest.update(f"{file.name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def _files(project: Project, estate: Estate) -> Iterator[Path]:
    """Everything that a run reads; the estate's folder may differ (`pyops:estate` in the settings names it)."""
    yield estate.file
    yield estate.file.parent / estate.desktops.register_file
    yield CHECKOUT / "requirements.lock"
    yield from sorted(project.folder.glob("*.py"))
    for folder in CODE:
        yield from sorted((CHECKOUT / folder).rglob("*.py"))
    if project.config_file:
        yield project.config_file
    yield stacks.state_file(project)
