"""Readying a stack: repeatable, outside of the work tree, and never in another's way."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from pyops.engines import stacks
from pyops.errors import Refused
from tests.engines.sample import Sample


def test_settings_are_added_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text("encryptionsalt: v1:abc\nconfig:\n  a:b: c\n  d:e:\n    secure: v1:xyz\n")
    stacks.configure(file, {"pyops:estate": "x.yml", "a:b": "new"})
    assert yaml.safe_load(file.read_text()) == {
        "encryptionsalt": "v1:abc",
        "config": {"a:b": "new", "d:e": {"secure": "v1:xyz"}, "pyops:estate": "x.yml"},
    }
    assert oct(file.stat().st_mode)[-3:] == "600"


def test_the_same_settings_again_write_nothing(tmp_path: Path) -> None:
    file = tmp_path / "stack.yaml"
    stacks.configure(file, {"a:b": "c"})
    before = file.stat().st_ino
    stacks.configure(file, {"a:b": "c"})
    assert file.stat().st_ino == before


def test_a_project_without_a_backend_of_its_own_is_not_touched(sample: Sample) -> None:
    with pytest.raises(Refused) as refused:
        stacks.ready(replace(sample.project, backend=None))
    assert str(refused.value) == "program/lab: a stack is made ready only in a backend of our own"


@pytest.mark.engine
def test_ready_leaves_the_work_tree_alone_and_can_be_repeated(sample: Sample) -> None:
    sample.write("")
    assert sorted(path.name for path in sample.project.folder.iterdir()) == ["Pulumi.yaml", "__main__.py"]
    own = {path: path.read_bytes() for path in (sample.folder / "own").rglob("*") if path.is_file()}
    assert oct((sample.folder / "own/passphrase").stat().st_mode)[-3:] == "600"
    sample.write("", {"a:b": "c"})
    stacks.ready(sample.project)
    changed = [path for path, content in own.items() if path.read_bytes() != content]
    assert changed == [sample.folder / "own/stack.yaml"]


@pytest.mark.engine
@pytest.mark.parametrize("owner", ["gone", "recycled"])
def test_a_lock_whose_owner_is_gone_is_cancelled(sample: Sample, owner: str) -> None:
    sample.write("")
    lock = _lock(sample, _gone() if owner == "gone" else os.getpid())
    stacks.release(sample.project)
    assert not lock.exists()


@pytest.mark.engine
def test_a_lock_whose_owner_works_is_respected(
    sample: Sample, working: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stacks, "_OWNER_SECONDS", 0)
    sample.write("")
    lock = _lock(sample, working.pid)
    with pytest.raises(Refused) as refused:
        stacks.release(sample.project)
    assert str(refused.value) == f"program/lab: locked by process {working.pid} since today, wait for it to end"
    assert lock.exists()


def test_a_lock_of_another_machine_counts_as_held() -> None:
    assert stacks._alive({"pid": "1", "hostname": "elsewhere"})


@pytest.fixture
def working(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that looks like an engine at work."""
    program = shutil.copy("/bin/sleep", tmp_path / "pulumi-at-work")
    with subprocess.Popen([program, "600"]) as process:
        yield process
        process.kill()


def _gone() -> int:
    process = subprocess.Popen(["/bin/true"])
    process.wait()
    return process.pid


def _lock(sample: Sample, pid: int) -> Path:
    folder = sample.folder / "own/backend/.pulumi/locks/organization/sample/lab"
    folder.mkdir(parents=True, exist_ok=True)
    content = {"pid": pid, "username": "me", "hostname": socket.gethostname(), "timestamp": "today"}
    (folder / "lock.json").write_text(json.dumps(content))
    return folder / "lock.json"


@pytest.mark.engine
def test_a_stack_is_empty_until_something_is_made(sample: Sample) -> None:
    sample.write("")
    assert stacks.is_empty(sample.project)
    sample.up("")
    assert not stacks.is_empty(sample.project)
    elsewhere = replace(sample.project, backend=None)
    assert not stacks.is_empty(elsewhere), "nobody knows without asking"
