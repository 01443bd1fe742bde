"""Readies a project's stack for a run: its folders, passphrase and configuration, and a lock that a kill left behind.

Everything here may be repeated, and nothing of it touches the work tree.
"""

import json
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from pyops.engines.pulumi import Project, called
from pyops.errors import Refused
from pyops.files import OWNERS_ALONE, write_whole

_OWNER_SECONDS = 20
"""How long an engine whose caller was killed may take to notice and to end."""


def ready(project: Project, settings: Mapping[str, Any] | None = None) -> None:
    """Makes the stack if it is missing, sets its configuration, and releases a dead owner's lock.

    For projects with a backend, home, configuration and passphrase of their own. Raises Refused while another run
    holds the stack, OutsideFailed when the engine cannot make it.
    """
    if not (project.backend and project.home and project.config_file and project.passphrase_file):
        raise Refused(f"{project.label}: a stack is made ready only in a backend of our own")
    for folder in (project.backend, project.home, project.config_file.parent, project.passphrase_file.parent):
        folder.mkdir(parents=True, exist_ok=True)
    _passphrase(project.passphrase_file)
    if not state_file(project).exists():
        _make(project, project.config_file)
    if settings:
        configure(project.config_file, settings)
    release(project)


def configure(config_file: Path, settings: Mapping[str, Any]) -> None:
    """Sets plain configuration values (`network:estate: ...`); the file's other entries stay."""
    content = _content(config_file)
    entries = {**content, "config": {**(content.get("config") or {}), **settings}}
    if entries != content:
        write_whole(config_file, yaml.safe_dump(entries, sort_keys=False), OWNERS_ALONE)


def plain_settings(config_file: Path) -> dict[str, Any]:
    """The configuration values that need no key to be read; none where there is no file."""
    config = _content(config_file).get("config") or {}
    return {name: value for name, value in config.items() if not _is_sealed(value)}


def is_sealed(config_file: Path, setting: str) -> bool:
    """Whether a configuration value is there, and encrypted."""
    return _is_sealed((_content(config_file).get("config") or {}).get(setting))


def secrets_provider(project: Project) -> Mapping[str, Any]:
    """Who seals the secrets of a stack that has a passphrase file, as an exported state names it."""
    salt = _content(project.config_file).get("encryptionsalt") if project.config_file else None
    return {"type": "passphrase", "state": {"salt": salt}}


def seal(project: Project, setting: str, value: str) -> None:
    """Sets a secret configuration value, encrypted by the stack's own secrets provider; it goes there by a pipe."""
    where = ["--config-file", str(project.config_file.resolve())] if project.config_file else []
    called(project, "config", "set", setting, "--secret", "--stack", project.stack, *where, told=value)


def _is_sealed(value: Any) -> bool:
    """Whether something in a value is encrypted."""
    if isinstance(value, dict):
        return "secure" in value or any(map(_is_sealed, value.values()))
    return isinstance(value, list) and any(map(_is_sealed, value))


def _content(config_file: Path) -> dict[str, Any]:
    return (yaml.safe_load(config_file.read_text()) if config_file.exists() else None) or {}


def release(project: Project) -> None:
    """Cancels the stack's lock when the process that took it is gone; waits a little for one that is about to end."""
    deadline = time.monotonic() + _OWNER_SECONDS
    while owners := _locks(project):
        alive = [owner for owner in owners if _alive(owner)]
        if not alive:
            _mend(project)
            called(project, "cancel", "--yes", "--stack", project.stack)
            return
        if time.monotonic() > deadline:
            owner = alive[0]
            raise Refused(
                f"{project.label}: locked by process {owner['pid']} since {owner['timestamp']}, wait for it to end"
            )
        time.sleep(0.5)
    _mend(project)


def _mend(project: Project) -> None:
    """Put right the files that a kill left cut off while the engine wrote them.

    Attributes that are missing are no loss to the engine; empty ones are an error. A checkpoint gives way to the one
    before: the step that it lacks is done again, and the stand-in adopts what the same program asks for twice.
    """
    checkpoint = state_file(project)
    for attributes in _own(project).rglob("*.attrs"):
        if not _is_whole(attributes):
            attributes.unlink()
    backup = checkpoint.with_name(checkpoint.name + ".bak")
    if checkpoint.exists() and not _is_whole(checkpoint) and _is_whole(backup):
        write_whole(checkpoint, backup.read_text(encoding="utf-8"), OWNERS_ALONE)


def _is_whole(checkpoint: Path) -> bool:
    try:
        json.loads(checkpoint.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def project_name(project: Project) -> str:
    """The name that URNs carry, from the project's own file."""
    found = yaml.safe_load((project.folder / "Pulumi.yaml").read_text())
    return str(found["name"])


def state_file(project: Project) -> Path:
    """The checkpoint in which the engine records what the stack has made."""
    return _own(project) / "stacks" / project_name(project) / f"{project.stack}.json"


def is_empty(project: Project) -> bool:
    """Whether the stack has made nothing yet; never said of a state that is kept elsewhere."""
    if project.backend is None:
        return False
    latest = json.loads(state_file(project).read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
    return not latest.get("resources")


def _own(project: Project) -> Path:
    """The engine's folder in the project's backend."""
    if project.backend is None:
        raise Refused(f"{project.label}: has no backend of our own")
    return project.backend / ".pulumi"


def _make(project: Project, config_file: Path) -> None:
    """Make the stack in a folder apart: the engine writes its configuration beside Pulumi.yaml."""
    with tempfile.TemporaryDirectory(prefix="pyops-stack-") as folder:
        own = Path(folder) / f"Pulumi.{project.stack}.yaml"
        shutil.copy(project.folder / "Pulumi.yaml", folder)
        if config_file.exists():
            shutil.copy(config_file, own)
        called(replace(project, folder=Path(folder)), "stack", "init", project.stack, "--no-select")
        write_whole(config_file, own.read_text() if own.exists() else "{}\n", OWNERS_ALONE)


def _passphrase(path: Path) -> None:
    if not path.exists():
        write_whole(path, secrets.token_urlsafe(32) + "\n", OWNERS_ALONE)


def _locks(project: Project) -> list[dict[str, str]]:
    found = []
    for file in (_own(project) / "locks").glob(f"**/{project_name(project)}/{project.stack}/*.json"):
        try:
            found.append(json.loads(file.read_text() or "{}"))
        except FileNotFoundError:
            continue
    return found


def _alive(owner: Mapping[str, str]) -> bool:
    """An owner on another machine cannot be asked, so it counts as alive; a recycled process id is no engine."""
    if owner.get("hostname", socket.gethostname()) != socket.gethostname():
        return True
    try:
        return Path(f"/proc/{owner.get('pid', 0)}/comm").read_text().startswith("pulumi")
    except OSError:
        return False
