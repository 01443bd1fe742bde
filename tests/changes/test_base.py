"""The starting point moves with whatever decides what runs, and with nothing else."""

import json
import os
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from pyops.changes.base import base_of, collections, inventory, state
from pyops.errors import Refused

VM = {"urn": "urn:pulumi:lab::pool::Machine::web", "type": "Machine", "inputs": {"memory": 12}, "outputs": {"id": "x"}}
NIC = {"urn": "urn:pulumi:lab::pool::Nic::web", "type": "Nic", "inputs": {}, "outputs": {}, "parent": VM["urn"]}


def export(*resources: object, **around: object) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources), **around}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "inventory"
    (found / "group_vars" / "all").mkdir(parents=True)
    (found / "estate.yml").write_text("name: lab\n")
    (found / "group_vars" / "all" / "ansible.yml").write_text("a: 1\n")
    return found


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    found = tmp_path / "checkout"
    for name in ("pyops", "stacks", "roles", "playbooks"):
        (found / name / "part").mkdir(parents=True)
        (found / name / "part" / "main.py").write_text(name)
    (found / "requirements.lock").write_text("a==1\n")
    (found / "ansible.cfg").write_text("[defaults]\n")
    return found


def refusal(call: Callable[..., object], *given: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*given)
    return str(refused.value)


def test_a_base_holds_all_that_a_run_starts_from(folder: Path, checkout: Path) -> None:
    found = base_of(folder, None, checkout, {"pool": export(VM), "network": ""}, {"ansible-core": "2.21.5"})

    assert list(found.inventory) == ["estate.yml", "group_vars/all/ansible.yml"]
    assert found.previous == {}
    assert found.code["revision"] == "none"
    assert sorted(found.code) == sorted(
        ["revision", "pyops", "stacks", "roles", "playbooks", "requirements.lock", "ansible.cfg"]
    )
    assert found.collections == {"ansible-core": "2.21.5"}
    assert list(found.state) == ["network", "pool"]
    assert base_of(folder, folder, checkout, {}, {}).previous == found.inventory


def test_files_that_are_no_facts_of_the_estate_are_left_out(folder: Path) -> None:
    before = inventory(folder)
    for name in (".estate.yml.swp", ".hidden/file", "approvals/service.sig", "__pycache__/a.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")

    assert inventory(folder) == before


def test_who_may_approve_is_a_fact_of_the_estate(folder: Path) -> None:
    (folder / "approvers.pub").write_text("")

    assert "approvers.pub" in inventory(folder)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refusal(inventory, tmp_path / "no") == f"{tmp_path / 'no'}: is no folder, an estate's folder is asked for"


def test_a_link_to_a_folder_cannot_be_held_fast(folder: Path, tmp_path: Path) -> None:
    (folder / "host_vars").symlink_to(tmp_path)

    assert refusal(inventory, folder) == (
        f"{folder / 'host_vars'}: is a link to a folder, whose content would not be held fast"
    )


@pytest.mark.parametrize(
    ("part", "edit"),
    [
        ("pyops", lambda root: (root / "pyops/part/main.py").write_text("x")),
        ("stacks", lambda root: (root / "stacks/new.py").write_text("untracked")),
        ("roles", lambda root: (root / "roles/part/main.py").rename(root / "roles/part/other.py")),
        ("playbooks", lambda root: (root / "playbooks/part/main.py").chmod(0o755)),
        ("pyops", lambda root: (root / "pyops/part/main.py").unlink()),
        ("requirements.lock", lambda root: (root / "requirements.lock").write_text("a==2\n")),
        ("ansible.cfg", lambda root: (root / "ansible.cfg").write_text("")),
    ],
)
def test_an_edit_of_the_code_moves_its_part_only(
    folder: Path, checkout: Path, part: str, edit: Callable[[Path], object]
) -> None:
    before = base_of(folder, None, checkout, {}, {}).code
    edit(checkout)
    after = base_of(folder, None, checkout, {}, {}).code

    assert [name for name in before if before[name] != after[name]] == [part]


def test_what_running_leaves_behind_moves_nothing(folder: Path, checkout: Path) -> None:
    before = base_of(folder, None, checkout, {}, {}).code
    for name in ("pyops/__pycache__/main.pyc", "roles/part/.pytest_cache/x", "roles/.ansible/x", "pyops/old.pyc"):
        (checkout / name).parent.mkdir(exist_ok=True)
        (checkout / name).write_text("x")
    (checkout / "README.md").write_text("x")
    os.utime(checkout / "pyops/part/main.py", (0, 0))

    assert base_of(folder, None, checkout, {}, {}).code == before


def test_the_revision_is_gits(folder: Path, checkout: Path) -> None:
    git = ["git", "-C", str(checkout), "-c", "user.name=x", "-c", "user.email=x@example"]
    subprocess.run([*git, "init", "-q"], check=True)
    assert base_of(folder, None, checkout, {}, {}).code["revision"] == "none", "there is no commit yet"
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()

    assert base_of(folder, None, checkout, {}, {}).code["revision"] == head


def test_a_state_is_its_resources_in_any_order_and_of_any_day() -> None:
    plain = state("pool", export(VM, NIC))

    assert state("pool", export(NIC, VM)) == plain
    assert state("pool", export(dict(reversed(VM.items())), NIC)) == plain
    assert state("pool", export({**VM, "created": "2026-11-28", "modified": "2026-11-29"}, NIC)) == plain
    assert state("pool", export(VM, NIC, manifest={"time": "2026-11-28"}, metadata={})) == plain


@pytest.mark.parametrize(
    "resource",
    [
        {**VM, "inputs": {"memory": 31}},
        {**VM, "outputs": {"id": "y"}},
        {**VM, "type": "Other"},
        {**VM, "protect": True},
        {**VM, "parent": "other"},
        {**VM, "urn": "other"},
    ],
)
def test_a_state_moves_with_what_a_resource_is(resource: object) -> None:
    assert state("pool", export(resource)) != state("pool", export(VM))
    assert state("pool", export(VM, VM)) != state("pool", export(VM))


def test_a_stack_that_was_never_made_has_an_empty_state() -> None:
    assert state("pool", "") == state("pool", export()) == state("pool", '{"deployment": {"resources": null}}')


@pytest.mark.parametrize("text", ["{", "[]", '{"deployment": 3}', '{"deployment": {"resources": [3]}}'])
def test_a_state_that_is_none_is_refused(text: str) -> None:
    assert refusal(state, "pool", text) == f"state of pool: {text!r}, is not what `pulumi stack export` writes"


def manifest(folder: Path, name: str, text: str) -> Path:
    file = folder / "ansible_collections" / name.replace(".", "/") / "MANIFEST.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_collections_are_those_that_ansible_finds_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second" / "ansible_collections"
    manifest(first, "ansible.posix", '{"collection_info": {"version": "2.1.0"}}')
    manifest(second.parent, "ansible.posix", '{"collection_info": {"version": "1.0.0"}}')
    manifest(second.parent, "community.general", '{"collection_info": {"version": "11.0.0"}}')
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_PATH", f"{first}:{second}")
    found = collections()

    assert (found["ansible.posix"], found["community.general"]) == ("2.1.0", "11.0.0")
    for name in ("ansible-core", "pulumi", "pulumi-azure-native"):
        assert found[name] == version(name)


def test_a_collection_without_a_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = manifest(tmp_path, "ansible.posix", "{}")
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_PATH", str(tmp_path))

    assert refusal(collections) == f"{file}: names no version, the collection must be installed anew"
