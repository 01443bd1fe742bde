"""Content from outside neither breaks a page nor slows it."""

import re
import time
from dataclasses import replace

import pytest

from pyops.changes.page import html, index, markdown
from pyops.changes.page.views import Rate, Row
from pyops.changes.page.visible import difference, visible
from pyops.changes.record import Record, TextEdit
from tests.changes import records

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
MARKUP = "](http://x.invalid) ![p](http://x.invalid/p.png) | `code` </details>"
BAD = f"{SCRIPT}{MARKUP}\u202egnp.exe\x1b[31m\n# heading\u2028"


def hostile(text: str = BAD) -> Record:
    """The same bad text in every place that has words from outside."""
    record = records.site_added()
    return replace(
        record,
        title=text,
        environment=text,
        author=text,
        estate=(records.edit(text, text),),
        resources=(records.resource(text, "delete", causes=(0,)),),
        tasks=(records.task(text, text, (text,), TextEdit(text, text, f"{text}more")),),
        blind=tuple(replace(spot, what=text, where=(text,)) for spot in record.blind),
        claims=tuple(replace(claim, claim=text, says=text) for claim in record.claims),
        back_out=replace(record.back_out, steps=(text,)),
        risk=replace(record.risk, signers={text: text}),
    )


def test_no_markup_from_outside_reaches_the_page() -> None:
    page = html(hostile())

    assert re.findall(r"<(?:script|img|iframe|link|object)\b", page) == []
    assert re.findall(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2028]", page) == []
    assert r"\u{202e}gnp.exe" in page
    assert r"\u{1b}[31m" in page


def test_markdown_from_outside_is_plain_text() -> None:
    page = markdown(hostile())
    prose = "\n".join(line for line in page.split("\n") if not line.startswith(" " * 8))

    assert re.findall(r"(?m)^# ", page) == ["# "]
    assert re.findall(r"(?<!\\)<(?!/?details>|/?summary>)", prose) == []
    assert re.findall(r"(?<!\\)[`|\[\]!]", prose.replace("`2026-11-28-1a2b3c4d`", "")) == []
    assert re.findall(r"(?<!\\)://", prose) == []
    assert re.findall(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2028]", page) == []
    assert prose.count("<details>") == prose.count("\n</details>")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\x1b[0m", r"a\u{1b}[0m"),
        ("a\u202eb", r"a\u{202e}b"),
        ("a\nb", r"a\u{a}b"),
        ("a\x85b", r"a\u{85}b"),
        ("a\ud800b", r"a\u{d800}b"),
        ("Daventry – café", "Daventry – café"),
        ("x" * 302, f"{'x' * 300} … and 2 characters more"),
    ],
)
def test_what_no_eye_sees_is_written_out(given: str, shown: str) -> None:
    assert visible(given) == shown


def test_ten_megabytes_are_not_compared_but_counted() -> None:
    text = "line\n" * 2_000_000
    started = time.process_time()
    lines = difference(TextEdit("big", text, f"{text}more\n"))

    assert len("\n".join(lines)) < 20_000
    assert "10,000,000" in " ".join(lines)
    # What reading the text once takes is the measure.
    took, began = time.process_time() - started, time.process_time()
    text.splitlines()
    assert took < 20 * (time.process_time() - began)


def test_texts_that_differ_everywhere_are_not_compared() -> None:
    before, after = ("".join(f"{tag}{n}\n" for n in range(501)) for tag in "ab")

    assert difference(TextEdit("f", f"same\n{before}", f"same\n{after}")) == (
        "501 lines are between the first and the last that differ: too many to be compared here",
    )


def test_100_000_results_and_as_many_names_stay_below_a_megabyte() -> None:
    names = tuple(f"a-rather-long-name-of-a-host-{number:06}" for number in range(100_000))
    record = records.huge()
    text = TextEdit("file", "", "".join(f"{'x' * 200} {n}\n" for n in range(60)))
    tasks = tuple(records.task(f"r{n}", f"t{n}", (names[n],), text) for n in range(1000))
    churn = tuple(replace(record.churn[0], name=name) for name in names)
    blind = (replace(record.blind[0], where=names), *record.blind)
    record = replace(record, tasks=tasks, churn=churn, blind=blind)

    assert max(len(page.encode()) for page in (html(record), markdown(record))) < 1_000_000
    assert "more, which are in the record" in html(record)


def test_the_pages_load_nothing_and_run_nothing() -> None:
    row = Row(BAD, BAD, BAD, BAD, BAD, "a/change.html", None, None)
    for page in (html(hostile()), index([row], [Rate(BAD, 1, 1)])):
        assert "default-src 'none'" in page
        assert re.findall(r'\b(?:src|href)="(?!#|a/change\.html)[^"]*"', page) == []
        assert "@import" not in page
        assert "url(" not in page
        assert re.findall(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2028]", page) == []


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", " JavaScript:alert(1)", "java\tscript:x", "https://x.invalid", "//x.invalid", "\\\\x"],
)
def test_a_link_of_the_index_that_leaves_its_folder_is_no_link(link: str) -> None:
    row = Row("a", "b", "normal", "drafted", "now", link, None, None)

    assert re.findall(r'<a href="(?!#)', index([row], [])) == []
