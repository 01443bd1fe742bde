"""A ledger shows each way in which it was damaged, and survives a kill at any moment."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pyops.changes import ledger
from pyops.changes.ledger import Entry, Kind, append, head_file, notice, read
from pyops.errors import Refused
from tests.changes.people import NOW

EVENTS: tuple[Kind, ...] = ("drafted", "approved", "applying", "applied", "verified")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "lab" / "ledger.jsonl"
    for kind in EVENTS:
        append(found, kind, "2026-11-28-1a2b3c4d", "ab" * 32, NOW, {"who": "ict.lead@cherwell"})
    return found


def refusal(file: Path) -> str:
    with pytest.raises(Refused) as refused:
        read(file)
    with pytest.raises(Refused) as again:
        append(file, "drafted", "x", "", NOW)
    assert str(again.value) == str(refused.value), "nothing is added to what is damaged"
    return str(refused.value)


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def test_events_are_read_as_they_were_written(file: Path) -> None:
    entries = read(file)

    assert [(entry.number, entry.kind) for entry in entries] == list(enumerate(EVENTS, 1))
    assert entries[0].previous == "0" * 64
    assert [entry.previous for entry in entries[1:]] == [entry.own for entry in entries[:-1]]
    assert entries[0] == Entry(
        1,
        "0" * 64,
        "drafted",
        "2026-11-28-1a2b3c4d",
        "ab" * 32,
        "2026-11-28T20:00:00+00:00",
        {"who": "ict.lead@cherwell"},
        entries[0].own,
    )
    assert head_file(file).read_text() == f"5 {entries[-1].own}\n"
    assert notice(file) == ""


def test_no_ledger_has_no_events(tmp_path: Path) -> None:
    assert read(tmp_path / "ledger.jsonl") == ()
    assert notice(tmp_path / "ledger.jsonl") == ""
    assert not (tmp_path / "ledger.jsonl").exists()


def edit(number: int, before: bytes, after: bytes) -> Callable[[list[bytes]], list[bytes]]:
    def edited(found: list[bytes]) -> list[bytes]:
        assert before in found[number - 1]
        return [*found[: number - 1], found[number - 1].replace(before, after), *found[number:]]

    return edited


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (edit(2, b"approved", b"verified"), "2: entry 2, its digest is not its own: the line was edited"),
        (edit(3, b"cherwell", b"cherwelk"), "3: entry 3, its digest is not its own: the line was edited"),
        (edit(5, b'"number": 5', b'"number": 6'), "5: entry 6, its digest is not its own: the line was edited"),
        (edit(1, b'"kind"', b'"kinds"'), "1: "),
        (lambda found: found[1:], "1: entry 2, entry 1 must stand here: lines were removed, added or moved"),
        (
            lambda found: found[:2] + found[3:],
            "3: entry 4, entry 3 must stand here: lines were removed, added or moved",
        ),
        (
            lambda found: [*found[:1], found[2], found[1], *found[3:]],
            "2: entry 3, entry 2 must stand here: lines were removed, added or moved",
        ),
        (
            lambda found: [*found[:2], found[1], *found[2:]],
            "3: entry 2, entry 3 must stand here: lines were removed, added or moved",
        ),
        (lambda found: found[:4], " ends with entry 4, ledger.head names 5: lines were removed"),
        (lambda found: found[:1], " ends with entry 1, ledger.head names 5: lines were removed"),
        (lambda found: [], " ends with entry 0, ledger.head names 5: lines were removed"),
        (
            lambda found: [*found[:4], found[4].rstrip()],
            " ends with entry 4, ledger.head names 5: lines were removed",
        ),
        (lambda found: [*found[:2], b"\n", *found[2:]], "3: '', is no entry of a ledger: the line was edited"),
        (lambda found: [*found[:2], b"[]\n", *found[2:]], "3: '[]', is no entry of a ledger: the line was edited"),
        (lambda found: [*found[:2], b"\xff\x00\n", *found[2:]], "3: "),
        (
            lambda found: [*found[:2], found[2][:9] + b"\n", *found[3:]],
            "3: '{\"number\"', is no entry of a ledger: the line was edited",
        ),
    ],
)
def test_each_kind_of_damage_is_named_with_its_line(
    file: Path, damage: Callable[[list[bytes]], list[bytes]], words: str
) -> None:
    file.write_bytes(b"".join(damage(lines(file))))

    assert refusal(file).startswith(f"{file}:{words}")


def resealed(line: bytes, **edits: object) -> bytes:
    facts = json.loads(line) | edits
    del facts["own"]
    return json.dumps(facts | {"own": ledger._own(facts)}).encode() + b"\n"


def test_a_line_that_was_replaced_with_a_digest_of_its_own_breaks_the_chain(file: Path) -> None:
    found = lines(file)
    found[2] = resealed(found[2], record="another")
    file.write_bytes(b"".join(found))

    assert refusal(file) == f"{file}:4: entry 4, does not follow from the line before: one of the two was replaced"


def test_a_last_line_that_was_replaced_is_not_what_the_head_names(file: Path) -> None:
    found = lines(file)
    found[4] = resealed(found[4], record="another")
    head = head_file(file).read_text()[:20]
    file.write_bytes(b"".join(found))

    assert refusal(file) == (
        f"{head_file(file)}: {head!r}, is not the last entry of ledger.jsonl: one of the two was replaced"
    )


def test_a_ledger_that_is_gone_is_missed(file: Path) -> None:
    file.unlink()
    with pytest.raises(Refused) as refused:
        read(file)

    assert str(refused.value) == f"{file}: ends with entry 0, ledger.head names 5: lines were removed"


def test_a_head_that_is_gone_is_missed(file: Path) -> None:
    head_file(file).unlink()

    assert refusal(file) == f"{head_file(file)}: is missing, it names the last of 5 entries of ledger.jsonl"


def test_a_head_that_is_no_text_is_told(file: Path) -> None:
    head_file(file).write_bytes(b"\xff")

    assert (
        refusal(file) == f"{head_file(file)}: '?', is not the last entry of ledger.jsonl: one of the two was replaced"
    )


def test_half_a_line_of_a_killed_run_is_said_and_overwritten(file: Path) -> None:
    before = read(file)
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"number": 6, "prev')

    assert read(file) == before
    assert notice(file) == (
        f"{file}:6: half a line, a run was killed while it wrote: it is passed over, and the next event overwrites it"
    )
    append(file, "backed_out", "2026-11-28-1a2b3c4d", "", NOW)
    assert [entry.kind for entry in read(file)] == [*EVENTS, "backed_out"]
    assert notice(file) == ""


@pytest.mark.parametrize("kept", [1, 5, 40, -1])
def test_a_kill_at_any_moment_of_the_first_append_is_survived(tmp_path: Path, kept: int) -> None:
    file = tmp_path / "ledger.jsonl"
    append(file, "drafted", "x", "", NOW)
    file.write_bytes(file.read_bytes()[:kept])
    head_file(file).unlink()

    append(file, "drafted", "y", "", NOW)
    assert [entry.record for entry in read(file)] == ["y"]


def test_a_kill_between_line_and_head_is_survived(file: Path) -> None:
    head = head_file(file).read_bytes()
    append(file, "backed_out", "x", "", NOW)
    head_file(file).write_bytes(head)

    assert len(read(file)) == 6
    append(file, "drafted", "y", "", NOW)
    assert len(read(file)) == 7


def test_a_head_that_is_two_lines_behind_is_no_kill(file: Path) -> None:
    head = head_file(file).read_text()
    for _ in range(2):
        append(file, "backed_out", "x", "", NOW)
    head_file(file).write_text(head)

    assert refusal(file) == (
        f"{head_file(file)}: {head[:20]!r}, is not the last entry of ledger.jsonl: one of the two was replaced"
    )


def test_lines_of_odd_characters_are_one_line_each(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    odd = "a\nb\u2028c\x1b[31m\u202e\ud83d"
    append(file, "stopped", "x", "", NOW, {"where": odd[:-1]})
    append(file, "drafted", "y", "", NOW)

    assert read(file)[0].data == {"where": odd[:-1]}


APPEND = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pyops.changes.ledger import append
for number in range(10):
    append(Path(sys.argv[1]), "drafted", f"{sys.argv[2]}-{number}", "", datetime.now(UTC))
"""


def test_processes_that_append_at_once_make_one_chain(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", APPEND, str(file), name]) for name in ("a", "b", "c")]
    while any(writer.poll() is None for writer in writers):
        read(file)
    assert [writer.returncode for writer in writers] == [0, 0, 0]

    names = [entry.record for entry in read(file)]
    assert sorted(names) == sorted(f"{name}-{number}" for name in "abc" for number in range(10))
