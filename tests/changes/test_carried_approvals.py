"""An approval that was given elsewhere, edited or cut does not count here, and says why."""

import json
import subprocess
from pathlib import Path

import pytest

from pyops.changes.approval import approve, require, signed_text
from pyops.changes.record import Record, digest
from tests.changes.people import LEAD, NOW, PARTNER, SYSTEM, Desk, approved, drafted, file, refusal, sign


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path).ready()


def moved_approval(desk: Desk, source: Record, target: Record, **edits: str) -> Record:
    """One record with an approval that was given for another."""
    sign(desk, source)
    content = json.loads(file(desk, source).read_text()) | edits
    file(desk, target).parent.mkdir(parents=True, exist_ok=True)
    file(desk, target).write_text(json.dumps(content))
    return target


def test_an_approval_for_another_change_does_not_fit(desk: Desk) -> None:
    source = drafted()
    target = moved_approval(desk, source, drafted(title="Another"))

    assert refusal(desk, target) == (
        f"{file(desk, target)}: {LEAD} as {PARTNER}: was signed for {source.id}, this is {target.id}"
    )


def test_an_approval_in_another_role_does_not_fit(desk: Desk) -> None:
    desk.allow(desk.line(f"{LEAD},partner/cherwell,system/service_desk", "lead"))
    record = drafted()
    sign(desk, record)
    file(desk, record).rename(file(desk, record, "system.service_desk"))

    assert refusal(desk, record) == (
        f"{file(desk, record, 'system.service_desk')}: {LEAD} as {SYSTEM}: was signed as {PARTNER}"
    )


def test_an_approval_for_another_environment_does_not_fit(desk: Desk) -> None:
    other = Desk(desk.folder)
    source = drafted(environment="production")
    place = other.folder / "production"
    approve(type(desk.store)(place), source, PARTNER, desk.key("lead"), desk.approvers, NOW)
    target = drafted()
    file(desk, target).parent.mkdir(parents=True)
    (place / source.id / "approvals" / "partner.cherwell.json").rename(file(desk, target))

    assert refusal(desk, target) == (
        f"{file(desk, target)}: {LEAD} as {PARTNER}: was signed for environment 'production', this change is for 'lab'"
    )


def test_lies_about_what_was_signed_change_nothing(desk: Desk) -> None:
    target = drafted(title="Another")
    moved_approval(desk, drafted(), target, record=target.id, digest=digest(target))

    assert refusal(desk, target) == f"{file(desk, target)}: {LEAD} as {PARTNER}: the signature does not fit"


def test_a_signature_in_another_namespace_does_not_fit(desk: Desk) -> None:
    record = approved(desk)
    command = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(desk.key("lead"))]
    done = subprocess.run(command, input=signed_text(record, PARTNER), capture_output=True, check=True)
    content = json.loads(file(desk, record).read_text()) | {"signature": done.stdout.decode()}
    file(desk, record).write_text(json.dumps(content))

    assert refusal(desk, record) == (f"{file(desk, record)}: namespace 'git', an approval is signed for 'pyops-change'")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"signature": 3}'])
def test_an_approval_that_was_cut_is_said_and_can_be_given_again(desk: Desk, content: str) -> None:
    record = approved(desk)
    file(desk, record).write_text(content)
    assert refusal(desk, record) == (
        f"{file(desk, record)}: is no approval any more, the file was edited or cut: sign again"
    )

    sign(desk, record)
    require(desk.store, record, desk.approvers, NOW)


def test_a_signature_whose_armour_is_cut_is_said(desk: Desk) -> None:
    record = approved(desk)
    content = json.loads(file(desk, record).read_text())
    file(desk, record).write_text(json.dumps(content | {"signature": content["signature"][:60]}))

    assert refusal(desk, record) == (
        f"{file(desk, record)}: '-----BEGIN SSH SIGNATURE-----\\nU1NIU0lHAA', is no SSH signature"
    )


def test_an_approval_of_the_author_does_not_count_however_it_came_there(desk: Desk) -> None:
    record = drafted(author=LEAD)
    other = drafted()
    moved_approval(desk, other, record)

    assert refusal(desk, record) == f"{record.id}: {LEAD}, is its author, who cannot approve it"
