"""Records are kept whole and never changed; whoever applies is alone."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pyops.changes.record import as_json
from pyops.changes.store import Store, own_id
from pyops.errors import OutsideFailed, Refused
from tests.changes.people import drafted


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "lab")


def refused(call: object, *given: object) -> str:
    assert callable(call)
    with pytest.raises(Refused) as found:
        call(*given)
    return str(found.value)


def test_a_record_is_kept_under_its_id(store: Store) -> None:
    record = drafted()

    assert store.save(record) == store.folder / record.id / "record.json"
    assert store.save(record) == store.folder / record.id / "record.json"
    assert store.load(record.id) == record
    assert [path.name for path in (store.folder / record.id).iterdir()] == ["record.json"]


def test_an_id_is_the_day_and_the_head_of_the_content(store: Store) -> None:
    first, second = drafted(), drafted(title="Another")

    assert first.id.startswith("2026-11-28-")
    assert own_id(first) == first.id != second.id


def test_another_content_never_takes_a_records_place(store: Store) -> None:
    record = drafted()
    file = store.save(record)

    assert refused(store.save, replace(record, title="Another")) == (
        f"{file}: holds another content for {record.id}, a record is never changed: draft a new one"
    )
    assert store.load(record.id) == record


def test_a_record_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    first, second = sorted((drafted(), drafted(title="Another")), key=lambda record: record.id)
    for record in (second, first):
        store.save(record)

    assert store.load(first.id[:15]) == first
    assert store.every() == [first, second]
    assert refused(store.load, "2026-11") == (
        f"{store.folder}: '2026-11', could be any of {first.id}, {second.id}: give more of it"
    )
    for none in ("2025", "", "../lab"):
        assert refused(store.load, none) == f"{store.folder}: {none!r}, there is no such change record"


def test_an_id_that_another_begins_with_is_still_itself(store: Store) -> None:
    for name in ("a-1", "a-12"):
        store.save(replace(drafted(), id=name))

    assert store.load("a-1").id == "a-1"


@pytest.mark.parametrize("name", ["", "../../etc", "A", "a b", "a" * 65])
def test_an_id_that_is_no_name_of_a_folder_is_refused(store: Store, name: str) -> None:
    assert refused(store.save, replace(drafted(), id=name)) == (
        f"{store.folder}: id: {name!r}, must be small letters, digits and dashes"
    )


def test_a_record_of_another_environment_is_neither_kept_nor_read(store: Store, tmp_path: Path) -> None:
    record = drafted(environment="production")
    words = f"{store.folder}: {record.id}: it is for environment 'production', here are the changes of 'lab'"
    assert refused(store.save, record) == words

    Store(tmp_path / "production").save(record)
    (tmp_path / "production" / record.id).rename(tmp_path / "production" / "gone")
    store.folder.mkdir()
    (tmp_path / "production" / "gone").rename(store.folder / record.id)
    assert refused(store.load, record.id) == words


def test_a_record_in_the_folder_of_another_is_refused(store: Store) -> None:
    record = drafted()
    file = store.save(record)
    file.parent.rename(store.folder / "2026-01-01-00000000")

    assert refused(store.load, "2026") == (
        f"{store.folder / '2026-01-01-00000000' / 'record.json'}: id: {record.id!r}, "
        "must be that of its folder, 2026-01-01-00000000"
    )


def test_what_a_kill_left_of_a_save_is_no_record_and_is_in_nobodys_way(store: Store) -> None:
    record = drafted()
    place = store.folder / record.id
    place.mkdir(parents=True)
    (place / ".record.json.1.aa").write_text(as_json(record)[:40])

    assert store.every() == []
    assert refused(store.load, record.id) == f"{store.folder}: {record.id!r}, there is no such change record"
    store.save(record)
    assert store.load(record.id) == record


def test_a_record_that_is_cut_names_its_file(store: Store) -> None:
    record = drafted()
    file = store.save(record)
    file.write_text(as_json(record)[:-40])

    assert refused(store.load, record.id).startswith(f"{file}: the file: ")


def test_a_disk_that_refuses_is_told_in_words(store: Store) -> None:
    store.folder.write_text("")
    with pytest.raises(OutsideFailed) as failed:
        store.save(drafted())

    file = store.folder / drafted().id / "record.json"
    assert str(failed.value) == f"{file}: could not be written, Not a directory"


def test_no_lock_where_something_else_stands_is_told_in_words(store: Store) -> None:
    store.folder.write_text("")
    with pytest.raises(OutsideFailed) as failed, store.lock():
        pass

    assert str(failed.value) == f"{store.folder}: could not be written, File exists"


def estate(folder: Path, text: str) -> Path:
    (folder / "group_vars" / "all").mkdir(parents=True, exist_ok=True)
    (folder / "estate.yml").write_text(text)
    (folder / "group_vars" / "all" / "ansible.yml").write_text("a: 1\n")
    (folder / ".hidden").write_text("no")
    return folder


def test_the_estate_as_applied_is_a_copy_of_its_own(store: Store, tmp_path: Path) -> None:
    folder = estate(tmp_path / "inventory", "one")
    assert store.applied_estate() is None

    store.keep_applied(folder)
    first = store.applied_estate()
    assert first
    (folder / "estate.yml").write_text("two")
    assert sorted(path.relative_to(first).as_posix() for path in first.rglob("*") if path.is_file()) == [
        "estate.yml",
        "group_vars/all/ansible.yml",
    ]
    assert (first / "estate.yml").read_text() == "one"

    store.keep_applied(folder)
    second = store.applied_estate()
    assert second
    assert (second / "estate.yml").read_text() == "two"
    assert (first / "estate.yml").read_text() == "one", "who reads the one before may go on"

    store.keep_applied(folder)
    assert not first.exists()
    assert store.every() == []


@pytest.mark.parametrize("edit", [Path.unlink, lambda file: file.write_text("two")], ids=["removed", "edited"])
def test_an_estate_that_changes_while_it_is_copied_is_not_kept(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Callable[[Path], object]
) -> None:
    folder = estate(tmp_path / "inventory", "one")
    copy = shutil.copy2

    def edited(source: Path, target: Path) -> None:
        if source == folder / "estate.yml":
            edit(source)
        copy(source, target)

    monkeypatch.setattr(shutil, "copy2", edited)
    words = f"{folder}: was edited while it was copied, nothing is kept of it: do it again"
    assert refused(store.keep_applied, folder) == words
    assert (store.applied_estate(), list(store.folder.iterdir())) == (None, [])


def test_a_copy_that_was_cut_short_is_never_the_applied_estate(store: Store, tmp_path: Path) -> None:
    store.keep_applied(estate(tmp_path / "inventory", "one"))
    left = store.folder / "applied.0000"
    left.mkdir()
    (left / "estate.yml").write_text("tw")
    (store.folder / ".applied.0000").symlink_to("applied.0000")

    found = store.applied_estate()
    assert found
    assert (found / "estate.yml").read_text() == "one"
    store.keep_applied(tmp_path / "inventory")
    assert not left.exists()
    assert not (store.folder / ".applied.0000").is_symlink()


HOLD = """
import sys
from pathlib import Path
from pyops.changes.store import Store
with Store(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(store: Store) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(store.folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_of_two_processes_that_apply_the_second_is_told_who_does(store: Store) -> None:
    with holder(store) as process:
        since = (store.folder / "lock").read_text().partition("(since ")[2].strip().removesuffix(")")
        with pytest.raises(Refused) as found, store.lock():
            pass
        assert process.stdin
        process.stdin.close()
    assert str(found.value) == (
        f"{store.folder}: process {process.pid} (since {since}) applies a change here, wait until it is done"
    )
    with store.lock():
        assert (store.folder / "lock").read_text().startswith(f"process {os.getpid()} (since ")


def test_a_kill_gives_the_lock_back(store: Store) -> None:
    with holder(store) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with store.lock():
            pass


def test_one_process_does_not_apply_twice(store: Store) -> None:
    with store.lock():
        assert refused(lambda: store.lock().__enter__()).startswith(f"{store.folder}: process {os.getpid()} (since ")
