"""`pyops changes` without a lab: a draft from nothing but files, its pages, its signatures and its refusals."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAME = "papers"
STORE = ROOT / ".changes" / NAME
FLOW = "  - {from: servers, to: management, services: [dns], scope: site}\n"
MORE = FLOW + "  - {from: desktops, to: management, services: [ssh], scope: all}\n"

pytestmark = pytest.mark.engine


@dataclass
class Desk:
    """An estate that has no lab here, as it was and as it is to be, and a record of the difference."""

    folder: Path
    id: str = ""

    def do(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["pyops", "-i", str(self.folder / "new"), "changes", *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    for name in ("old", "new"):
        shutil.copytree(ROOT / "inventories" / "lab", folder / name)
        file = folder / name / "estate.yml"
        text = file.read_text().replace("\nname: lab\n", f"\nname: {NAME}\n")
        file.write_text(text.replace(FLOW, MORE) if name == "new" else text)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / "lead"], check=True)
    key = (folder / "lead.pub").read_text().strip()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / "author"], check=True)
    author = (folder / "author.pub").read_text().strip()
    (folder / "new" / "approvers.pub").write_text(
        f'lead@cherwell,partner/cherwell namespaces="pyops-change" {key}\n'
        f'engineer@cherwell namespaces="pyops-change" {author}\n'
    )
    shutil.rmtree(STORE, ignore_errors=True)
    try:
        yield Desk(folder)
    finally:
        shutil.rmtree(STORE, ignore_errors=True)
        shutil.rmtree(ROOT / ".pulumi" / NAME, ignore_errors=True)


def test_a_draft_needs_no_host_and_no_login(desk: Desk) -> None:
    title = "Desks <b>manage</b>"
    words = ("--from", str(desk.folder / "old"), "--author", "engineer@cherwell", "--title", title)
    drafted = desk.do("draft", "--no-hosts", *words, "--json")
    assert drafted.returncode == 0, drafted.stderr
    record = json.loads(drafted.stdout)
    desk.id = record["id"]
    assert [edit["words"] for edit in record["estate"]] == ["desktops may newly reach management with ssh at all sites"]
    assert {one["kind"] for one in record["blind"]} == {"unreachable", "type not known well"}
    page = (STORE / desk.id / "change.html").read_text()
    assert "Desks &lt;b&gt;manage&lt;/b&gt;" in page
    assert "<script" not in page
    assert (STORE / desk.id / "previous" / "estate.yml").read_text() == (desk.folder / "old" / "estate.yml").read_text()


def test_a_record_is_shown_with_who_must_sign(desk: Desk) -> None:
    shown = desk.do("show", desk.id)
    assert "not signed yet by partner/cherwell" in shown.stdout
    assert desk.do("show", "2001").stderr.strip() == f"{STORE}: '2001', there is no such change record"


def test_a_signature_is_taken_and_stands_on_the_page(desk: Desk) -> None:
    refused = desk.do("approve", desk.id, "--key", str(desk.folder / "lead"), "--as", "service")
    assert refused.returncode == 1
    assert "service, is not asked to sign" in refused.stderr
    signed = desk.do("approve", desk.id, "--key", str(desk.folder / "lead"), "--as", "partner/cherwell")
    assert f"{desk.id}: signed by lead@cherwell as partner/cherwell" in signed.stdout
    assert "lead@cherwell" in (STORE / desk.id / "change.html").read_text()


def test_what_was_not_applied_is_not_verified_or_backed_out(desk: Desk) -> None:
    for verb, why in (
        (("verify",), "was not applied yet, there is nothing to verify"),
        (("back-out", "--yes"), "outside the lab, put the estate back by a commit and draft that as a change"),
    ):
        refused = desk.do(verb[0], desk.id, *verb[1:])
        assert (refused.returncode, refused.stderr.strip()) == (1, f"{desk.id}: {why}")


def test_a_change_whose_author_nobody_knows_cannot_be_signed(desk: Desk) -> None:
    file = desk.folder / "new" / "approvers.pub"
    known = file.read_text()
    file.write_text(known.replace("engineer@cherwell", "somebody@cherwell"))
    refused = desk.do("approve", desk.id, "--key", str(desk.folder / "lead"))
    file.write_text(known)
    why = f"{desk.id}: its author engineer@cherwell, is nobody in {file}: draft it again"
    assert (refused.returncode, refused.stderr.strip()) == (1, why)


def test_the_stacks_read_their_own_estate_so_another_is_not_applied(desk: Desk) -> None:
    refused = desk.do("apply", desk.id, "--yes")
    file = desk.folder / "new" / "estate.yml"
    why = f"{file}: the stacks of {NAME} read {ROOT / 'inventories' / NAME}, apply from there"
    assert (refused.returncode, refused.stderr.strip()) == (1, why)


def test_all_changes_have_an_index(desk: Desk) -> None:
    index = desk.folder / "index.html"
    assert desk.do("history", "--html", str(index)).returncode == 0
    assert desk.id in index.read_text()
    found = json.loads(desk.do("history", "--json").stdout)
    assert [(one["record"], one["state"]) for one in found["standings"]] == [(desk.id, "approved")]


def test_a_ledger_that_was_edited_is_refused_and_the_line_named(desk: Desk) -> None:
    ledger = STORE / "ledger.jsonl"
    whole = ledger.read_text()
    ledger.write_text(whole.replace('"drafted"', '"applied"', 1))
    refused = desk.do("history")
    ledger.write_text(whole)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"{ledger}:1: entry 1, its digest is not its own: the line was edited")


def test_a_state_that_is_none_is_named(desk: Desk) -> None:
    states = desk.folder / "states"
    states.mkdir()
    (states / "network.json").write_text("{'resources': []}")
    refused = desk.do("draft", "--no-hosts", "--state", str(states), "--author", "engineer@cherwell")
    assert refused.returncode == 1
    assert refused.stderr.endswith(f"{states / 'network.json'}: is not what `pulumi stack export` writes\n")


def test_a_window_that_closes_before_it_opens_is_refused(desk: Desk) -> None:
    words = ("--opens", "2026-12-01T18:00+00:00", "--closes", "2026-12-01T17:00+00:00", "--author", "me@cherwell")
    refused = desk.do("draft", *words)
    assert refused.returncode == 2
    assert refused.stderr.strip() == "--closes: 2026-12-01T17:00:00+00:00, must come after 2026-12-01T18:00:00+00:00"
