"""Where a change starts from, as digests: the estate's files, the code, the tools and each stack's recorded state."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pyops.changes.record import Base
from pyops.errors import Refused

CODE = ("pyops", "stacks", "roles", "playbooks", "requirements.lock", "ansible.cfg")
"""What runs, by its place in the checkout."""
TOOLS = ("ansible-core", "pulumi", "pulumi-azure-native")
"""Python packages whose version decides what a run does."""

_LEFTOVERS = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".ansible"}
"""Folders that running and testing leave behind."""
_KEPT = ("urn", "type", "inputs", "outputs", "protect", "parent")
"""What of a resource is its state; the rest is when and by which run it was recorded."""
_COLLECTION_FOLDERS = ("~/.ansible/collections", "/usr/share/ansible/collections")
"""Where Ansible looks when nobody says otherwise."""


def base_of(
    new: Path, old: Path | None, checkout: Path, states: Mapping[str, str], versions: Mapping[str, str]
) -> Base:
    """The starting point of a change.

    `new` and `old` are folders of the estate, proposed and as last applied; `states` is the text of
    `pulumi stack export` by stack; `versions` is what `collections` found. Raises Refused for what cannot be held fast.
    """
    return Base(
        inventory=inventory(new),
        previous=inventory(old) if old else {},
        code=code(checkout),
        collections=dict(versions),
        state={stack: state(stack, text) for stack, text in sorted(states.items())},
    )


def inventory(folder: Path) -> dict[str, str]:
    """Each file of an estate's folder with its digest, by its path from there; hidden files and signatures are none."""
    if not folder.is_dir():
        raise Refused(f"{folder}: is no folder, an estate's folder is asked for")
    return {
        name: _content(path).hexdigest()
        for name, path in _files(folder)
        if not name.endswith(".sig") and not any(part.startswith(".") for part in name.split("/"))
    }


def code(checkout: Path) -> dict[str, str]:
    """`revision` of git (`none` outside a repository), and the digest of each part of the code as it lies on disk."""
    return {"revision": _revision(checkout)} | {part: _tree(checkout / part) for part in CODE}


def state(stack: str, text: str) -> str:
    """The digest of a stack's recorded state: its resources, whatever their order and whenever they were recorded."""
    try:
        resources = json.loads(text)["deployment"].get("resources") or [] if text else []
        kept = [{key: resource[key] for key in _KEPT if key in resource} for resource in resources]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"state of {stack}: {text[:40]!r}, is not what `pulumi stack export` writes") from None
    lines = sorted(json.dumps(resource, sort_keys=True, separators=(",", ":")) for resource in kept)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def collections() -> Mapping[str, str]:
    """Versions of ansible-core, of the Ansible collections that it would find, of Pulumi and its provider."""
    found = {name: found for name in TOOLS if (found := _version(name))}
    for folder in _collection_folders():
        for manifest in sorted(folder.glob("ansible_collections/*/*/MANIFEST.json")):
            name = f"{manifest.parts[-3]}.{manifest.parts[-2]}"
            found.setdefault(name, _manifest_version(manifest))
    return dict(sorted(found.items()))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _collection_folders() -> Iterator[Path]:
    """In Ansible's own order: the first that has a collection is where it is taken from."""
    said = os.environ.get("ANSIBLE_COLLECTIONS_PATH") or os.environ.get("ANSIBLE_COLLECTIONS_PATHS")
    named: Sequence[str] = said.split(":") if said else _COLLECTION_FOLDERS
    for text in [*named, *sys.path]:
        folder = Path(text).expanduser()
        if text:
            yield folder.parent if folder.name == "ansible_collections" else folder


def _manifest_version(manifest: Path) -> str:
    try:
        content: Any = json.loads(manifest.read_bytes())
        return str(content["collection_info"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        raise Refused(f"{manifest}: names no version, the collection must be installed anew") from None


def _revision(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "--verify", "--quiet", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "none"
    return done.stdout.strip() or "none"


def _tree(place: Path) -> str:
    """One digest over a file, or over the names, contents and executable bits of all files below a folder."""
    total = hashlib.sha256()
    for name, path in [("", place)] if place.is_file() else _files(place):
        is_program = bool(path.stat().st_mode & 0o100)
        total.update(f"{len(name.encode())}:{name}:{is_program}:{_content(path).hexdigest()}\n".encode())
    return total.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """All files below a folder by their path from there, in the order of these paths."""
    found: dict[str, Path] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _LEFTOVERS]
        for name in folders:
            if Path(place, name).is_symlink():
                raise Refused(f"{Path(place, name)}: is a link to a folder, whose content would not be held fast")
        paths = (Path(place, name) for name in names if not name.endswith(".pyc"))
        found |= {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
    yield from sorted(found.items())


def _content(path: Path) -> "hashlib._Hash":
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256")
