"""The pages as people meet them: opened from disk, on a laptop and a phone, on paper, by keyboard, read aloud."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.changes.browser.opened import CHROMIUM, LAPTOP, PHONE, chromium, opened, write

pytest.importorskip("playwright", reason="playwright is not installed: tools/setup installs it")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: tools/setup installs it"),
]

PAGES = ("change", "huge", "changes")
LINES = 60
SEEN_LINES = """() => {
  const tops = new Set(), walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || node.parentElement.closest('details, svg, .folded')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) tops.add(Math.round(box.top / 8));
  }
  return tops.size;
}"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("name", PAGES)
def test_it_opens_from_disk_without_a_complaint_and_asks_nobody(
    browser: "Browser", files: dict[str, Path], name: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(files[name].as_uri())
    page.wait_for_load_state("networkidle")

    assert said == []
    assert asked == [files[name].as_uri()]
    context.close()


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_the_screen(browser: "Browser", files: dict[str, Path], name: str, size: dict[str, int]) -> None:
    with opened(browser, files[name], viewport=size) as page:
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("name", ["change", "huge"])
def test_60_lines_are_seen_before_what_is_folded(browser: "Browser", files: dict[str, Path], name: str) -> None:
    with opened(browser, files[name]) as page:
        assert 10 < page.evaluate(SEEN_LINES) <= LINES


@pytest.mark.parametrize("name", PAGES)
def test_it_prints(browser: "Browser", files: dict[str, Path], name: str) -> None:
    with opened(browser, files[name]) as page:
        paper = page.pdf(format="A4")

    assert paper.startswith(b"%PDF-")
    assert paper.count(b"/Type /Page\n") > 0


def test_without_scripts_all_is_there(browser: "Browser", files: dict[str, Path]) -> None:
    with opened(browser, files["change"], java_script_enabled=False) as page:
        page.get_by_text("What the stacks do: all 2").click()

        assert page.get_by_text("which forces the replacement").last.is_visible()


def test_folded_parts_open_by_keyboard(browser: "Browser", files: dict[str, Path]) -> None:
    with opened(browser, files["change"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for _ in range(10):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                break
        page.keyboard.press("Enter")

        assert page.evaluate("document.activeElement.parentElement.open") is True


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser: "Browser", files: dict[str, Path], name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    asked: dict[str, Any] = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa"]}}
    with opened(browser, files[name], color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        found = Axe().run(page, options=asked).response

    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    assert found["passes"]
