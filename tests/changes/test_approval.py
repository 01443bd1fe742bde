"""An approval fits one content, role, environment and person, and says why where it does not."""

import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pyops.changes import ledger
from pyops.changes.approval import approvals, approve, missing, objections, require, signed_text
from pyops.changes.record import Risk, Window, as_json, digest
from pyops.errors import Refused
from tests.changes.people import AUTHOR, LEAD, NOW, OWNER, PARTNER, SYSTEM, Desk, approved, drafted, file, refusal, sign


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path).ready()


def test_a_record_may_run_once_each_role_has_signed(desk: Desk) -> None:
    record = drafted()
    assert refusal(desk, record) == f"{record.id}: not signed yet by {PARTNER}, {SYSTEM}"

    sign(desk, record)
    assert refusal(desk, record) == f"{record.id}: not signed yet by {SYSTEM}"
    assert missing(record, approvals(desk.store, record, desk.approvers)) == (SYSTEM,)

    sign(desk, record, SYSTEM, "owner")
    require(desk.store, record, desk.approvers, NOW)
    given = approvals(desk.store, record, desk.approvers)
    assert [(one.principal, one.role, one.when) for one in given] == [
        (LEAD, PARTNER, "2026-11-28T20:00:00+00:00"),
        (OWNER, SYSTEM, "2026-11-28T20:00:00+00:00"),
    ]


def test_what_is_signed_names_content_role_and_environment() -> None:
    record = drafted()

    assert signed_text(record, PARTNER) == (
        f"pyops change {record.id} digest {digest(record)} role partner/cherwell environment lab\n".encode()
    )


def test_signing_again_is_fine_and_another_person_does_not_take_it_over(desk: Desk) -> None:
    record = approved(desk)
    before = file(desk, record).read_bytes()
    sign(desk, record, now=NOW + timedelta(minutes=5))
    assert file(desk, record).read_bytes() == before

    desk.allow(desk.approvers.read_text(), desk.line("second@cherwell,partner/cherwell", "second"))
    with pytest.raises(Refused) as refused:
        sign(desk, record, by="second")
    assert str(refused.value) == f"{record.id}: {PARTNER}, {LEAD} has signed as that already"


@pytest.mark.parametrize(
    ("by", "role", "words"),
    [
        ("author", PARTNER, f"{AUTHOR}, is its author, who cannot approve it"),
        ("owner", PARTNER, f"{OWNER}, is not {PARTNER} in APPROVERS: it holds {SYSTEM}"),
        ("lead", "service", f"service, is not asked to sign: {PARTNER}, {SYSTEM} must"),
    ],
)
def test_who_may_not_sign_is_told_why(desk: Desk, by: str, role: str, words: str) -> None:
    record = drafted()
    with pytest.raises(Refused) as refused:
        sign(desk, record, role, by)

    assert str(refused.value) == f"{record.id}: {words.replace('APPROVERS', str(desk.approvers))}"
    assert approvals(desk.store, record, desk.approvers) == ()


def test_the_author_cannot_approve_in_capitals_either(desk: Desk) -> None:
    record = drafted()
    desk.allow(desk.line(f"{AUTHOR.upper()},partner/cherwell", "author"))
    with pytest.raises(Refused, match="is its author, who cannot approve it"):
        sign(desk, record, by="author")


def test_a_stranger_cannot_sign(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        sign(desk, drafted(), by="stranger")

    shown = subprocess.run(["ssh-keygen", "-lf", desk.key("stranger")], capture_output=True, text=True, check=True)
    assert str(refused.value) == f"{desk.approvers}: {shown.stdout.split()[1]}, nobody there has this key"


def test_a_window_is_open_from_its_first_moment_to_before_its_last(desk: Desk) -> None:
    record = approved(desk)
    opens, closes = (datetime.fromisoformat(text) for text in (record.window.opens, record.window.closes))
    require(desk.store, record, desk.approvers, opens)
    require(desk.store, record, desk.approvers, closes - timedelta(seconds=1))

    assert refusal(desk, record, opens - timedelta(seconds=1)) == (
        f"{record.id}: its window opens at 2026-11-28T19:00:00+00:00, it is 2026-11-28T18:59:59+00:00"
    )
    closed = f"{record.id}: its window closed at 2026-11-28T22:00:00+00:00, draft it again with another"
    assert refusal(desk, record, closes) == closed
    with pytest.raises(Refused) as refused:
        sign(desk, record, now=closes)
    assert str(refused.value) == closed


@pytest.mark.parametrize("closes", ["soon", "2026-11-28T22:00:00"])
def test_a_window_that_is_no_moment_is_refused(desk: Desk, closes: str) -> None:
    record = drafted(window=Window("2026-11-28T19:00:00+00:00", closes))
    with pytest.raises(Refused) as refused:
        sign(desk, record)

    assert str(refused.value) == f"{record.id}: window.closes: {closes!r}, must be a date and time with its offset"


def test_a_record_that_asks_for_nobody_does_not_run(desk: Desk) -> None:
    record = drafted(risk=Risk("standard", 0, (), {}))

    assert refusal(desk, record) == f"{record.id}: asks for nobody's signature, a change needs one at least"


def test_one_letter_of_a_record_cannot_be_edited(desk: Desk) -> None:
    record = approved(desk)
    saved = desk.store.folder / record.id / "record.json"
    saved.write_text(saved.read_text().replace("A server more", "A server less"))
    tampered = desk.store.load(record.id)
    expected = (
        f"{desk.store.folder / record.id}: was edited after it was drafted, a record is never changed: draft a new one"
    )

    assert refusal(desk, tampered) == expected
    with pytest.raises(Refused) as refused:
        sign(desk, tampered)
    assert str(refused.value) == expected


def test_an_edit_that_keeps_the_id_is_seen_by_the_ledger(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight digits can be had again by trying; the whole digest stands in the ledger and in each signature."""
    record = approved(desk)
    ledger.append(desk.store.ledger, "drafted", record.id, digest(record), NOW)
    tampered = replace(record, title="Another")
    monkeypatch.setattr("pyops.changes.approval.own_id", lambda _: record.id)

    assert "was edited after it was drafted" in refusal(desk, tampered)
    desk.store.ledger.unlink()
    ledger.head_file(desk.store.ledger).unlink()
    assert refusal(desk, tampered) == (
        f"{file(desk, record)}: {LEAD} as {PARTNER}: the record was edited after it was signed\n"
        f"{file(desk, record, 'system.service_desk')}: {OWNER} as {SYSTEM}: the record was edited after it was signed"
    )


def test_a_key_that_is_taken_out_of_the_file_counts_no_more(desk: Desk) -> None:
    record = approved(desk)
    given = approvals(desk.store, record, desk.approvers)[0]
    desk.allow(desk.line(f"{OWNER},system/service_desk", "owner"))

    expected = f"{file(desk, record)}: {given.fingerprint}, is not in {desk.approvers} any more, or never was: key of a stranger"
    assert refusal(desk, record) == expected
    assert objections(desk.store, record, desk.approvers) == (expected,)
    assert [one.role for one in approvals(desk.store, record, desk.approvers)] == [SYSTEM]


def test_a_role_that_is_taken_away_counts_no_more(desk: Desk) -> None:
    record = approved(desk)
    desk.allow(desk.line(LEAD, "lead"), desk.line(f"{OWNER},system/service_desk", "owner"))

    assert refusal(desk, record) == f"{record.id}: {LEAD}, is not {PARTNER} in {desk.approvers}: it holds no role"


def test_a_key_whose_days_are_over_counts_no_more(desk: Desk) -> None:
    record = approved(desk)
    ended = 'namespaces="pyops-change",valid-before="20200101"'
    desk.allow(desk.line(f"{LEAD},partner/cherwell", "lead", ended), desk.line(f"{OWNER},system/service_desk", "owner"))

    expected = f"{LEAD} as {PARTNER}: the key is outside the days in which it counts"
    assert refusal(desk, record) == f"{file(desk, record)}: {expected}"
    with pytest.raises(Refused) as refused:
        sign(desk, record)
    assert str(refused.value) == f"{record.id}: {expected}"


def test_a_record_of_another_environment_is_no_record_here(desk: Desk) -> None:
    record = drafted(environment="production")
    place = desk.store.folder / record.id
    place.mkdir(parents=True)
    (place / "record.json").write_text(as_json(record))

    assert refusal(desk, record) == (
        f"{desk.store.folder}: {record.id}: it is for environment 'production', here are the changes of 'lab'"
    )


def test_a_key_in_an_agent_signs_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = desk.folder / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE, text=True)
    try:
        assert agent.stdout
        agent.stdout.readline()
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        key = desk.key("lead")
        subprocess.run(["ssh-add", "-q", str(key)], check=True)
        key.unlink()
        approve(desk.store, drafted(), PARTNER, key.with_suffix(".pub"), desk.approvers, NOW)
        assert [one.principal for one in approvals(desk.store, drafted(), desk.approvers)] == [LEAD]
    finally:
        agent.terminate()
        agent.wait()
