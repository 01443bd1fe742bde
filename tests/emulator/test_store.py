"""Records survive, and no secret is in the file."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from pyops.emulator.store import Record, Store
from pyops.emulator.values import Secret
from pyops.errors import OutsideFailed
from tests.emulator.conftest import GROUP, INTERFACE, NETWORK, urn

_TYPE = "azure-native:azurestackhci:NetworkInterface"


def _record(arm_id: str = INTERFACE, *, done: bool = True, uses: tuple[str, ...] = ()) -> Record:
    return Record(arm_id, urn("azurestackhci:NetworkInterface").text, _TYPE, {"a": 1}, {"b": [2]}, uses, done)


def test_a_record_outlives_the_process(tmp_path: Path) -> None:
    first = Store(tmp_path / "azure.db")
    first.write(_record(uses=(NETWORK,)))
    first.close()
    assert Store(tmp_path / "azure.db").find(INTERFACE.upper()) == _record(uses=(NETWORK.lower(),))


def test_pending_becomes_done(store: Store) -> None:
    store.write(_record(done=False))
    assert store.find(INTERFACE) == _record(done=False)
    store.write(_record())
    assert store.find(INTERFACE) == _record()


def _ids(records: list[Record]) -> list[str]:
    return [record.id for record in records]


def test_what_lies_below_is_found_and_nothing_else(store: Store) -> None:
    for arm_id in (GROUP, NETWORK, f"{NETWORK}-other", INTERFACE, f"{GROUP}-other/providers/x/y/z"):
        store.write(_record(arm_id))
    assert _ids(store.below(GROUP)) == [NETWORK, f"{NETWORK}-other", INTERFACE]
    assert _ids(store.below(GROUP, "another:Type")) == []
    assert _ids(store.below(NETWORK)) == []


def test_who_uses_a_resource_or_a_part_of_it_is_found(store: Store) -> None:
    store.write(_record(INTERFACE, uses=(NETWORK.upper(),)))
    store.write(_record(f"{INTERFACE}-two", uses=(f"{NETWORK}/subnets/one",)))
    store.write(_record(f"{INTERFACE}-three", uses=(f"{NETWORK}-other",)))
    assert _ids(store.users(NETWORK)) == [INTERFACE, f"{INTERFACE}-two"]
    assert _ids(store.users(f"{NETWORK}/subnets/one")) == [f"{INTERFACE}-two"]
    assert _ids(store.users(INTERFACE)) == []


def test_labels_find_those_that_carry_them_now(store: Store) -> None:
    store.write(replace(_record(INTERFACE), labels=("address 10.0.0.1", "site banbury")))
    store.write(replace(_record(NETWORK), labels=("site banbury",)))
    assert _ids(store.labelled("site banbury")) == [NETWORK, INTERFACE]
    store.write(replace(_record(INTERFACE), labels=("address 10.0.0.1",)))
    assert _ids(store.labelled("site banbury")) == [NETWORK]
    store.remove(NETWORK)
    assert store.labelled("site banbury") == []


def test_a_removed_record_uses_nothing(store: Store) -> None:
    store.write(_record(INTERFACE, uses=(NETWORK,)))
    store.remove(INTERFACE.lower())
    assert store.find(INTERFACE) is None
    assert store.users(NETWORK) == []


def test_a_secret_is_not_in_the_file(tmp_path: Path, store: Store) -> None:
    sealed = store.sealed({"key": Secret("hunter2"), "list": [Secret({"deep": "hunter3"})]})
    store.write(Record(INTERFACE, urn("x:Y").text, _TYPE, sealed, sealed))
    store.close()
    assert not any(b"hunter" in file.read_bytes() for file in tmp_path.iterdir())


def test_only_the_owner_reads_the_file(tmp_path: Path, store: Store) -> None:
    assert oct((tmp_path / "azure.db").stat().st_mode)[-3:] == "600"


def test_an_unchanged_secret_is_opened_from_what_the_engine_knows(store: Store) -> None:
    known = {"key": Secret("hunter2"), "plain": 1}
    assert store.opened(store.sealed(known), known) == known


def test_a_secret_that_differs_is_opened_as_changed(store: Store) -> None:
    opened = store.opened(store.sealed({"key": Secret("other")}), {"key": Secret("hunter2")})
    assert opened == {"key": Secret("changed outside, and not known here")}


def test_two_processes_write_to_one_file(tmp_path: Path) -> None:
    first, second = Store(tmp_path / "azure.db"), Store(tmp_path / "azure.db")
    first.write(_record())
    second.write(_record(NETWORK))
    assert [record.id for record in first.all()] == [NETWORK, INTERFACE]
    assert first.sealed(Secret("a")) == second.sealed(Secret("a"))


def test_a_file_that_cannot_be_used_gives_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "azure.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(OutsideFailed) as failed:
        Store(tmp_path / "azure.db")
    assert str(failed.value) == f"{tmp_path}/azure.db: the record of resources cannot be used, file is not a database"


def test_a_full_disk_gives_one_clear_line(store: Store, tmp_path: Path) -> None:
    store._connection.execute("pragma max_page_count = 1")
    with pytest.raises(OutsideFailed) as failed:
        _fill(store)
    assert str(failed.value) == f"{tmp_path}/azure.db: the record of resources cannot be used, database or disk is full"
    assert isinstance(failed.value.__cause__, sqlite3.OperationalError)


def _fill(store: Store) -> None:
    for number in range(100):
        store.write(_record(f"{INTERFACE}{number}"))
