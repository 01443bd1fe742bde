"""What was read is kept: whole, once, through interrupts, and for as long as the policy says."""

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed, Refused
from pyops.fleet.answer import Answer
from pyops.fleet.facts import Facts, Package
from pyops.fleet.interpreting import facts_of
from pyops.fleet.observation import Latest, Observation, Reason, Silence
from pyops.fleet.packages import Packages
from pyops.fleet.store import Store
from pyops.fleet.target import Target

from .answers import STATUS, answer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def facts(**changes: str | None) -> Facts:
    text = answer("0" * 32, **changes)
    return facts_of(Answer(Target("web", "10.0.0.1"), "0" * 32, NOON, NOON, text), Packages())


def observed(host: str, at: datetime, **changes: str | None) -> Observation:
    return Observation(host, at, facts(**changes))


def silent(host: str, at: datetime) -> Silence:
    return Silence(host, at, Reason.UNREACHABLE, "no answer within 5 s")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "lab.db"


def rows(file: Path, table: str) -> int:
    with sqlite3.connect(file) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own table


def test_what_is_saved_comes_back_as_it_was(file: Path) -> None:
    web = observed("web", NOON, converged="1764000000\n")
    unreadable = Observation("app", NOON, replace(facts(), packages=None))
    with Store(file) as store:
        for reading in (web, unreadable, silent("db", NOON)):
            store.save(reading)
    with Store(file) as store:
        assert store.latest() == {
            "app": Latest("app", unreadable, None),
            "db": Latest("db", None, silent("db", NOON)),
            "web": Latest("web", web, None),
        }
        assert store.history("web") == (web,)
        assert store.statuses() == {"web": STATUS}  # what could not be read must be listed again


def test_a_silence_counts_until_the_host_answers_again(file: Path) -> None:
    with Store(file) as store:
        first, later = observed("web", NOON), observed("web", NOON + 2 * DAY)
        store.save(first)
        store.save(silent("web", NOON + DAY))
        between = store.latest()["web"]
        store.save(later)

        assert between == Latest("web", first, silent("web", NOON + DAY))
        assert between.facts is None  # nobody may judge a silent host by what it was once
        assert store.latest()["web"] == Latest("web", later, None)
        assert [type(one).__name__ for one in store.history("web")] == ["Observation", "Silence", "Observation"]


def test_a_host_that_was_never_read_is_told_as_such(file: Path) -> None:
    with Store(file) as store:
        assert store.latest(["web"]) == {"web": Latest("web", None, None)}


def test_hosts_with_the_same_packages_share_one_list(file: Path) -> None:
    with Store(file) as store:
        for number in range(50):
            store.save(observed(f"h{number}", NOON))
        store.save(observed("other", NOON, packages="zsh\t5.9\tamd64\tii \n"))
    with Store(file) as store:
        latest = store.latest()
        lists = {id(one.observation.facts.packages) for one in latest.values() if one.observation}

    assert len(lists) == rows(file, "list") == 2
    assert rows(file, "package") == 5


def test_two_processes_write_at_once(file: Path) -> None:
    first, second = Store(file), Store(file)
    first.save(observed("a", NOON, packages="zsh\t5.9\tamd64\tii \n"))
    second.save(observed("b", NOON, packages="zsh\t5.9\tamd64\tii \nvim\t9\tamd64\tii \n"))
    first.save(observed("c", NOON, packages="vim\t9\tamd64\tii \nzsh\t5.9\tamd64\tii \n"))

    found = {host: one.facts.packages for host, one in first.latest().items() if one.facts}
    assert (
        found["c"]
        == found["b"]
        == {
            "zsh": Package("zsh", "5.9", "amd64", "ii"),
            "vim": Package("vim", "9", "amd64", "ii"),
        }
    )


def test_history_goes_by_the_policy_and_never_the_last(file: Path) -> None:
    old = observed("old", NOON, packages="vim\t9\tamd64\tii \n")
    with Store(file) as store:
        store.save(observed("left", NOON))  # the estate has it no longer
        for day in range(5):
            store.save(observed("web", NOON + day * DAY, packages=f"zsh\t5.{day}\tamd64\tii \n"))
        store.save(old)
        store.save(silent("old", NOON + DAY))
        store.save(silent("old", NOON + 2 * DAY))

        gone = store.forget(["web", "old"], NOON + 100 * DAY, keep=timedelta(days=97))

        assert gone == 5
        assert [one.read_at for one in store.history("web") if isinstance(one, Observation)] == [
            NOON + 4 * DAY,
            NOON + 3 * DAY,
        ]
        assert store.latest()["old"] == Latest("old", old, silent("old", NOON + 2 * DAY))
        assert store.history("left") == ()
    assert rows(file, "list") == 3  # two of web's, one of old's


def test_a_kill_takes_nothing_of_what_was_saved(file: Path) -> None:
    code = f"""
import sys; sys.path[:0] = {sys.path!r}
import os, signal, importlib.util
from pathlib import Path
from datetime import datetime, timedelta, UTC
from pyops.fleet.store import Store
from pyops.fleet.observation import Reason, Silence
store = Store(Path({str(file)!r}))
for number in range(100):
    store.save(Silence("web", datetime(2026, 11, 24, tzinfo=UTC) + timedelta(minutes=number), Reason.UNREACHABLE, ""))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == -signal.SIGKILL
    with Store(file) as store:
        assert len(store.history("web")) == 100


def test_a_database_of_a_newer_program_is_left_alone(file: Path) -> None:
    Store(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(Refused) as refused:
        Store(file)

    assert str(refused.value) == f"{file}: schema 99, was written by a newer pyops: this one knows schemas up to 1"


def test_an_older_database_is_brought_up_to_date_and_a_step_that_fails_leaves_it_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(file) as store:
        store.save(silent("web", NOON))
    from pyops.fleet import schema

    first = schema.STEPS[0]
    monkeypatch.setattr(
        schema, "STEPS", (first, "ALTER TABLE reading ADD COLUMN site TEXT; ALTER TABLE nowhere ADD x TEXT")
    )
    with pytest.raises(OutsideFailed) as failed:
        Store(file)
    monkeypatch.setattr(schema, "STEPS", (first, "ALTER TABLE reading ADD COLUMN site TEXT"))
    with Store(file) as store:
        assert store.latest() == {"web": Latest("web", None, silent("web", NOON))}

    assert str(failed.value) == f"{file}: no such table: nowhere"
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_what_is_no_database_and_what_cannot_be_written_is_told_in_words(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    file.write_text("no database at all, but text that is long enough for a header " * 4)
    with pytest.raises(Refused) as foreign:
        Store(file)
    (tmp_path / "file").touch()
    with pytest.raises(OutsideFailed) as unwritable:
        Store(tmp_path / "file" / "lab.db")

    assert str(foreign.value) == f"{file}: not a database of observations, file is not a database"
    assert str(unwritable.value) == f"{tmp_path / 'file' / 'lab.db'}: file exists"


def test_a_full_disk_is_told_in_words(file: Path) -> None:
    store = Store(file)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(1000):
            store.save(observed(f"h{number}", NOON))

    with pytest.raises(OutsideFailed) as failed:
        fill()

    assert str(failed.value) == f"{file}: database or disk is full"
