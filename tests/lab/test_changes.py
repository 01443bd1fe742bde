"""A change from its draft to its back-out on the running three sites: a flow and a server more, signed by all councils.

One record goes through all tests in turn; the lab is as its own estate says when the last is done.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import INVENTORY, ROOT, Site3, killed_after
from .officers import SITES
from .test_edits import APPLICATIONS, LAST_FLOW, passes

pytestmark = [pytest.mark.lab, pytest.mark.long]

NEW = "stratford-application-02"
EDITS = {
    LAST_FLOW: LAST_FLOW + "  - {from: desktops, to: management, services: [ssh], scope: site}\n",
    APPLICATIONS: APPLICATIONS.replace("stratford: 1}", "stratford: 2}"),
    # else its data would be in the way of going back
    "\nexemptions:": f"\nretirements:\n  {NEW}: {{retire: true, by: 2099-12-31, reason: a rehearsal}}\n\nexemptions:",
}
PARTNERS = ("cherwell", "south_northamptonshire", "stratford")
STORE = ROOT / ".changes" / "lab"


@dataclass
class Change:
    """The edited estate, who may sign, and the record at hand."""

    site: Site3
    folder: Path
    keys: Path
    id: str = ""

    def do(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.site.pyops("changes", *words, inventory=self.folder, check=check)


def key(folder: Path, name: str) -> str:
    """Make a key; returns its public half."""
    file = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file], check=True)
    return " ".join(file.with_suffix(".pub").read_text().split()[:2])


@pytest.fixture(scope="module")
def change(three_sites: Site3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Change]:
    """Keys of three councils and of the author; records that are kept here already are put aside meanwhile."""
    keys = tmp_path_factory.mktemp("keys")
    folder = tmp_path_factory.mktemp("change") / "lab"
    shutil.copytree(INVENTORY, folder)
    people = [
        f'lead@{name},partner/{name},system/service_desk namespaces="pyops-change" {key(keys, name)}'
        for name in PARTNERS
    ]
    people.append(f'engineer@cherwell,partner/cherwell namespaces="pyops-change" {key(keys, "author")}')
    (folder / "approvers.pub").write_text("\n".join(people) + "\n")
    aside = STORE.with_name("lab.aside")
    if STORE.exists():
        STORE.rename(aside)
    try:
        yield Change(three_sites, folder, keys)
    finally:
        shutil.rmtree(STORE, ignore_errors=True)
        if aside.exists():
            aside.rename(STORE)


DRAFT = ("draft", "--lab", "--from", str(INVENTORY), "--author", "engineer@cherwell")


def test_nothing_changed_is_said_in_one_line(change: Change) -> None:
    drafted = change.do(*DRAFT, "--title", "nothing")
    assert "Nothing changes." in drafted.stdout
    record = json.loads(next(STORE.glob("*/record.json")).read_text())
    assert (record["resources"], record["tasks"], record["estate"]) == ([], [], [])
    assert record["predicted"]["results"] > 500


def test_a_flow_and_a_server_more_are_one_page_for_all_councils(change: Change) -> None:
    file = change.folder / "estate.yml"
    text = file.read_text()
    for old, new in EDITS.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    file.write_text(text)
    record = json.loads(change.do(*DRAFT, "--title", "A flow and a server more", "--json").stdout)
    change.id = record["id"]
    page = (STORE / change.id / "change.md").read_text()
    assert "desktops may newly reach management with ssh within each site" in page
    assert len(page.partition("<details>")[0].splitlines()) <= 60
    routers = {f"{site}-router-01" for site in SITES}
    assert {host for task in record["tasks"] if task["role"] == "router" for host in task["hosts"]} == routers
    assert [spot["kind"] for spot in record["blind"] if spot["where"] == [NEW]] == ["not there yet"]
    assert set(record["risk"]["signers"]) == {*(f"partner/{name}" for name in PARTNERS), "system/service_desk"}
    assert not passes(change.site)
    assert NEW not in change.site.pyops("lab", "status").stdout


def test_nothing_runs_that_was_not_signed_by_all(change: Change) -> None:
    def sign(name: str) -> subprocess.CompletedProcess[str]:
        role = "cherwell" if name == "author" else name
        return change.do("approve", change.id, "--key", str(change.keys / name), "--as", f"partner/{role}", check=False)

    author = sign("author")
    assert author.stderr.strip() == f"{change.id}: engineer@cherwell, is its author, who cannot approve it"
    for name in PARTNERS[:2]:
        assert sign(name).returncode == 0
    owner = ("--key", str(change.keys / PARTNERS[0]), "--as", "system/service_desk")
    assert change.do("approve", change.id, *owner).returncode == 0
    refused = change.do("apply", change.id, "--lab", "--yes", check=False)
    assert (refused.returncode, refused.stderr.strip()) == (1, f"{change.id}: not signed yet by partner/stratford")
    assert sign("stratford").stdout.strip().endswith("; all have signed")


def test_an_edit_after_the_approval_is_refused_and_named(change: Change) -> None:
    file = change.folder / "estate.yml"
    approved = file.read_text()
    file.write_text(approved.replace("services: [ssh], scope: site", "services: [ssh], scope: all"))
    refused = change.do("apply", change.id, "--lab", "--yes", check=False)
    file.write_text(approved)
    assert refused.returncode == 1
    assert "is not what was approved any more, nothing was changed:" in refused.stderr
    assert "inventory: estate.yml was edited" in refused.stderr
    assert not passes(change.site)


def test_an_apply_that_was_killed_goes_on_and_does_what_was_predicted(change: Change) -> None:
    command = ["pyops", "-i", str(change.folder), "changes", "apply", change.id, "--lab", "--yes"]
    killed_after("==> ansible-playbook playbooks/site.yml\n", command, 2.0)
    done = change.do("apply", change.id, "--lab", "--yes")
    assert f"{change.id}: as predicted" in done.stdout
    assert passes(change.site)
    assert change.site.run(NEW, "hostname").strip() == NEW
    again = change.do("apply", change.id, "--lab", "--yes", check=False)
    assert again.stderr.strip() == f"{change.id}: was applied already, draft a new change"


def test_the_ledger_knows_how_far_predictions_came_true(change: Change) -> None:
    found = json.loads(change.do("history", "--json").stdout)
    standing = next(one for one in found["standings"] if one["record"] == change.id)
    assert standing["state"] == "verified"
    assert standing["hits"] == standing["predicted"] > 0
    rates = {(rate["kind"], rate["name"]): rate for rate in found["rates"]}
    assert {("stack", "server_pool"), ("role", "router"), ("role", "base")} <= {*rates}
    assert {rate["unforeseen"] + rate["absent"] for rate in rates.values()} == {0}
    assert rates["role", "base"]["blind"] > 0, "what was done on the host that was not there yet"


def test_a_back_out_is_shown_and_brings_the_sites_back(change: Change) -> None:
    shown = change.do("back-out", change.id, "--lab", "--check").stdout
    assert "desktops may no longer reach management with ssh within each site" in shown
    assert passes(change.site)
    change.do("back-out", change.id, "--lab", "--yes")
    assert not passes(change.site)
    assert NEW not in change.site.pyops("lab", "status").stdout
    assert "changed: 0 tasks" in change.site.pyops("lab", "converge").stdout
