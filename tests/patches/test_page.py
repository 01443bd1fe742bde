"""The page shows the matrix to everybody, needs nothing from elsewhere, and believes no host."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from pyops.estate import Estate
from pyops.patches.alignment import Published, State, align
from pyops.patches.members import members
from pyops.patches.page import page
from pyops.patches.parity import parity
from tests.patches.hosts import AT_RING, NOW, answered, package, silent

SVG = "{http://www.w3.org/2000/svg}"
VOID = {"meta", "rect", "line", "br"}


@pytest.fixture(scope="module")
def drawn(lab: Estate, published: Published) -> str:
    """Banbury's router is off, Towcester's has a foreign package, the broken one of Stratford a name that is markup."""
    read = {one.name: answered(one.name, ("openssl", f"3.0.17-1~deb12u{AT_RING[one.ring.id]}")) for one in members(lab)}
    read |= {
        "banbury-router-01": silent("banbury-router-01"),
        "towcester-router-01": answered("towcester-router-01", ("nginx", "1.22.1-9")),
        "stratford-router-01": answered(
            "stratford-router-01", more=[package("<script>alert('x')</script>", "1", "iU")]
        ),
    }
    standings = align(lab, read, published, NOW)
    return page(lab, parity(lab, standings, read, published), standings, NOW)


def picture(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(re.search(r"<svg.*?</svg>", drawn, re.DOTALL)[0])  # type: ignore[index] # noqa: S314 # ours


def test_it_says_itself_what_it_shows(drawn: str) -> None:
    root = picture(drawn)
    named = {node.get("id"): node.text or "" for node in root}

    assert root.get("role") == "img"
    assert str(root.get("aria-labelledby")).split() == ["parity-title", "parity-story"]
    assert "some gaps have no leave" in named["parity-title"]
    assert "banbury, ring broad: 1 unknown, 2 aligned." in named["parity-story"]


def test_each_state_has_a_pattern_of_its_own_beside_its_colour_and_a_name(drawn: str) -> None:
    root = picture(drawn)
    texts = ["".join(node.itertext()).strip() for node in root.iter(f"{SVG}text")]

    assert {state.value for state in State} <= set(texts)
    assert {node.get("id") for node in root.iter(f"{SVG}pattern")} == {f"hatch-{s}" for s in State if s != "aligned"}
    assert "2 of 3 · 66 %" in texts


def test_bars_are_as_long_as_the_shares_that_they_show(drawn: str) -> None:
    lengths = {}
    for group in picture(drawn).iter(f"{SVG}g"):
        title = group.findtext(f"{SVG}title")
        if title and "hosts" not in title:
            bars = [node for node in group.iter(f"{SVG}rect") if node.get("class") != "frame"]
            lengths[title] = sum(float(str(node.get("width"))) for node in bars)

    assert lengths
    assert set(lengths.values()) == {210.0}


def test_it_needs_nothing_from_elsewhere_and_runs_nothing(drawn: str) -> None:
    assert re.findall(r"(?:\bhref|\bsrc=|@import|url\((?!#))", drawn) == []
    assert set(re.findall(r"https?://[^\"]*", drawn)) == {"http://www.w3.org/2000/svg"}
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_every_tag_is_closed(drawn: str) -> None:
    class Tags(HTMLParser):
        open: list[str]

        def handle_startendtag(self, _tag: str, _attributes: object) -> None:
            """Closed already."""

        def handle_starttag(self, tag: str, _attributes: object) -> None:
            if tag not in VOID:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    parser = Tags()
    parser.open = []
    parser.feed(drawn)
    assert parser.open == []


def test_every_gap_is_in_words_with_its_leave(drawn: str) -> None:
    for words in ("unreachable, 2026-11-24 11:00", "its ring does not carry it", "nginx", "without"):
        assert words in drawn


def test_a_mirror_that_cannot_be_read_and_what_the_others_carry_are_told(lab: Estate, published: Published) -> None:
    standings = align(lab, {}, published, NOW)
    drawn = page(lab, parity(lab, standings, {}, published, {"banbury": "<no route>"}), standings, NOW)

    assert "the mirror of banbury cannot be read" in drawn
    assert "its hosts are judged by another site’s: &lt;no route&gt;" in drawn
    for index in published.values():
        assert f"<td>–</td><td><code>{index.release.sha256}</code></td>" in drawn
