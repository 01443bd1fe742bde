"""Signatures of real keys: whose they are, and over what."""

import subprocess
from pathlib import Path

import pytest

from pyops.changes.signing import sign, verified, who
from pyops.errors import OutsideFailed, Refused
from tests.changes.people import LEAD, OWNER, Desk

TEXT = b"pyops change 2026-11-28-1a2b3c4d digest abcd role service environment lab\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path).ready()


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_signature_is_its_owners_over_its_text_only(tmp_path: Path, kind: str) -> None:
    desk = Desk(tmp_path)
    desk.key("lead", kind)
    desk.ready()
    signature = sign(TEXT, desk.key("lead"))

    assert who(signature, desk.approvers).principal == LEAD
    assert verified(TEXT, signature, desk.approvers, LEAD)
    assert not verified(TEXT, signature, desk.approvers, OWNER)
    assert not verified(TEXT, signature, desk.approvers, "nobody")
    assert not verified(TEXT.replace(b"lab", b"lap"), signature, desk.approvers, LEAD)
    assert not verified(TEXT[:-1], signature, desk.approvers, LEAD)


def test_a_principal_that_is_a_pattern_matches_nobody(desk: Desk) -> None:
    signature = sign(TEXT, desk.key("lead"))

    assert not verified(TEXT, signature, desk.approvers, "*")
    assert not verified(TEXT, signature, desk.approvers, "service")


def test_a_role_on_a_line_is_nobody_who_could_have_signed(desk: Desk) -> None:
    assert not verified(TEXT, sign(TEXT, desk.key("lead")), desk.approvers, "partner/cherwell")


def test_anybody_can_check_a_signature_with_ssh_keygen_alone(desk: Desk) -> None:
    signature = desk.folder / "signature"
    signature.write_text(sign(TEXT, desk.key("lead")))
    command = ["ssh-keygen", "-Y", "verify", "-f", str(desk.approvers), "-I", LEAD, "-n", "pyops-change", "-s"]
    done = subprocess.run([*command, str(signature)], input=TEXT, capture_output=True, check=True)

    assert done.stdout.startswith(f'Good "pyops-change" signature for {LEAD} with ED25519 key'.encode())


def test_a_signature_for_another_namespace_is_refused(desk: Desk) -> None:
    command = ["ssh-keygen", "-Y", "sign", "-n", "file", "-f", str(desk.key("lead"))]
    done = subprocess.run(command, input=TEXT, capture_output=True, check=True)
    signature = done.stdout.decode()

    assert not verified(TEXT, signature, desk.approvers, LEAD)
    with pytest.raises(Refused) as refused:
        who(signature, desk.approvers)
    assert str(refused.value) == f"{desk.approvers}: namespace 'file', an approval is signed for 'pyops-change'"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nothing",
        "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
        "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAf////8=\n-----END SSH SIGNATURE-----",
    ],
)
def test_what_is_no_signature_is_refused(desk: Desk, signature: str) -> None:
    assert not verified(TEXT, signature, desk.approvers, LEAD)
    with pytest.raises(Refused) as refused:
        who(signature, desk.approvers)
    assert str(refused.value) == f"{desk.approvers}: {signature[:40]!r}, is no SSH signature"


def test_a_key_that_is_not_there_is_told(desk: Desk) -> None:
    missing = desk.folder / "missing"
    with pytest.raises(Refused) as refused:
        sign(TEXT, missing)

    assert str(refused.value) == (
        f"{missing}: there is no such file, a private key is asked for, or a public one that an agent knows"
    )


def test_a_key_that_is_none_is_told_in_ssh_keygens_words(desk: Desk) -> None:
    with pytest.raises(OutsideFailed) as failed:
        sign(TEXT, desk.approvers)

    assert str(failed.value).startswith(f"{desk.approvers}: ssh-keygen cannot sign with it: ")


def test_a_public_key_whose_private_half_nobody_has_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    key = desk.key("lead")
    key.unlink()
    with pytest.raises(OutsideFailed) as failed:
        sign(TEXT, key.with_suffix(".pub"))

    assert str(failed.value).startswith(f"{key}.pub: ssh-keygen cannot sign with it: ")
