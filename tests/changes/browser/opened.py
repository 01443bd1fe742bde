"""Pages written to disk and opened in Debian's chromium, which may reach nothing but files."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyops.changes.page import Approved, Outcome, Rate, Row, html, index
from pyops.estate import load
from pyops.maps.network import network_map
from tests.changes import records

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[3]
CHROMIUM = shutil.which("chromium")
LAPTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def write(folder: Path) -> dict[str, Path]:
    """The page of a change with all that it may hold, a huge one, and the index, by name."""
    estate = load(ROOT / "inventories" / "lab")
    signed = [Approved("ict.lead@cherwell", "partner cherwell", "2026-11-28T18:00:00+00:00")]
    outcomes = [Outcome(f"banbury-application-{n:02}", predicted=True, happened=n != 2) for n in range(1, 11)]
    rows = [
        Row(
            f"2026-11-{day}-1a2b3c4d", case().title, case().risk.kind, "applied", f"2026-11-{day}", "change.html", 9, 10
        )
        for day, case in enumerate(records.CASES, start=11)
    ]
    texts = {
        "change": html(records.address_moved(), network_map(estate, {"banbury"}), signed, outcomes),
        "huge": html(records.huge()),
        "changes": index(rows, [Rate("stack server_pool", 40, 40), Rate("role firewall", 120, 117)]),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@contextmanager
def chromium() -> Iterator["Browser"]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: "Browser", file: Path, **options: Any) -> Iterator["Page"]:
    """The page of a file; what the options leave open is a laptop."""
    context: BrowserContext = browser.new_context(**{"viewport": LAPTOP, **options})
    page = context.new_page()
    page.goto(file.as_uri())
    try:
        yield page
    finally:
        context.close()
