"""What a board reads: the answer first, each change once, all of it within 60 lines."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pyops.changes.page import html, index, markdown
from pyops.changes.page.views import Approved, Outcome, Rate, Row
from pyops.changes.record import BackOut, BlindSpot, EstateEdit, PropertyEdit, Record, Risk, TextEdit
from tests.changes import records

GOLDEN = Path(__file__).parent / "golden"
LINES = 60


def before_folded(page: str) -> list[str]:
    return [line for line in page.split("<details>")[0].splitlines() if line.strip()]


@pytest.mark.parametrize("case", records.CASES, ids=lambda case: case.__name__)
def test_each_case_reads_as_it_was_reviewed(case: Callable[[], Record]) -> None:
    file = GOLDEN / f"page_{case.__name__}.md"
    page = markdown(case())
    if os.environ.get("PYOPS_GOLDEN"):
        file.write_text(page, encoding="utf-8")

    assert page == file.read_text(encoding="utf-8")


def test_nothing_changed_is_said_in_one_line() -> None:
    said = [line for line in before_folded(markdown(records.nothing_changed())) if "Nothing changes." in line]

    assert len(said) == 1
    assert len(before_folded(markdown(records.nothing_changed()))) == 2  # the title and that line


@pytest.mark.parametrize("case", [*records.CASES, records.huge], ids=lambda case: case.__name__)
def test_the_page_fits_60_lines_before_what_is_folded(case: Callable[[], Record]) -> None:
    assert len(before_folded(markdown(case()))) <= LINES


def test_replaced_things_come_first_with_the_property_that_forces_it_and_the_cause() -> None:
    page = markdown(records.address_moved())

    assert page.index("replace 1 NetworkInterface") < page.index("update 1 VirtualMachineInstance")
    assert r'properties.ipAddress: "10.1.20.12" -\> "10.1.20.20", which forces the replacement' in page
    assert "because banbury-application-01 moves" in page.split("<details>")[0]


def test_a_site_that_differs_is_named() -> None:
    assert "but towcester-application-01: memory: 12" in markdown(records.one_site_differs())


def test_alike_hosts_are_said_once_and_exceptions_named() -> None:
    page = markdown(records.desktops())

    assert "alike on 1,697 hosts, otherwise on cdc-d1698, cdc-d1699 and cdc-d1700" in page
    assert page.count("welcome to the joint service") == 2


def test_a_secret_is_only_said_to_change() -> None:
    found = PropertyEdit("properties.key", '"hunter2"', '"hunter3"', is_secret=True)
    record = replace(records.secret_rotated(), resources=(records.resource("vault", "update", found),))

    for page in (html(record), markdown(record)):
        assert "a secret changes" in page
        assert "hunter" not in page


def test_what_no_log_hides_is_only_said_to_change() -> None:
    (task,) = records.secret_rotated().tasks
    hidden = replace(task, edits=(TextEdit("key", "hunter2\n", "hunter3\n"),))
    record = replace(records.secret_rotated(), tasks=(hidden,))

    for page in (html(record), markdown(record)):
        assert "what changes is secret, so it is not shown" in page
        assert "hunter" not in page


def test_prediction_and_fact_stand_on_the_page_after_an_apply() -> None:
    outcomes = [Outcome("a", True, True), Outcome("b", True, False), Outcome("c", False, True)]
    page = html(records.server_more(), verdict=outcomes)

    assert "1 of 2 predictions came true; 1 thing nobody predicted" in page
    assert "happened, not predicted: c" in page
    assert "predicted, did not happen: b" in page
    assert "Prediction and fact" not in html(records.server_more())


def test_nothing_changed_but_not_all_seen_says_so() -> None:
    spot = BlindSpot("unreachable", "does not answer", ())

    page = markdown(replace(records.STILL, blind=(spot,)))
    assert "Nothing changes." not in page
    assert "the estate is as it was; nothing changes that was seen" in page


def test_a_record_without_a_way_back_or_signers_is_still_a_page() -> None:
    record = replace(records.server_more(), back_out=BackOut((), True), risk=Risk("standard", 0, (), {}))

    assert "- **Way back**: nothing is to be brought back" in markdown(record)
    assert "- **Must sign**: nobody" in markdown(record)


def test_what_nobody_could_see_is_counted_and_named() -> None:
    page = markdown(records.site_added())

    assert "- **Out of sight**: 1 thing, named below" in page
    assert "daventry-host-0, daventry-host-1, daventry-host-2 and 3 more" in page


def test_a_broken_proof_is_said_with_what_shows_it() -> None:
    page = html(records.site_added())

    assert "broken: every site has a mirror" in page
    assert "daventry has none" in page
    assert "3 of 4 proofs and policies hold" in page


def test_signatures_stand_on_the_page() -> None:
    page = html(records.server_more(), "<svg></svg>", [Approved("ict.lead@cherwell", "partner cherwell", "2026-11-28")])

    assert "ict.lead@cherwell as partner cherwell, 2026-11-28" in page
    assert "<svg></svg>" in page


def test_the_index_links_each_change_and_tells_how_far_to_trust() -> None:
    row = Row("2026-11-28-1a2b3c4d", "A server more", "normal", "applied", "2026-11-28", "a/change.html", 9, 10)
    page = index([row], [Rate("role firewall", 10, 9)])

    assert '<a href="a/change.html">2026-11-28-1a2b3c4d</a>' in page
    assert "9 of 10" in page
    assert "role firewall" in page


def test_a_huge_change_is_small_and_soon_there() -> None:
    record = records.huge()
    started = time.process_time()
    pages = html(record), markdown(record)

    assert [len(page.encode()) < 1_000_000 for page in pages] == [True, True]
    # A change of one server is the measure, not a clock: each page takes no more than so many times its work.
    took, began = time.process_time() - started, time.process_time()
    for _ in range(20):
        html(records.server_more()), markdown(records.server_more())  # only the time counts
    assert took < 20 * (time.process_time() - began)


def test_an_edit_of_nothing_known_is_still_a_page() -> None:
    record = replace(records.STILL, estate=(EstateEdit("changed", "a word", ()),))

    assert "a word" in html(record)
