"""Takes the screenshots of docs/: `python -m tests.changes.browser.screenshots`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.changes.browser.opened import LAPTOP, PHONE, ROOT, chromium, opened, write

PAPER = {"width": 794, "height": 1123}  # A4 at 96 dots an inch


def main() -> None:
    with TemporaryDirectory() as folder, chromium() as browser:
        file = write(Path(folder))["change"]
        for name, size in (("laptop", LAPTOP), ("phone", PHONE), ("paper", PAPER)):
            with opened(browser, file, viewport=size) as page:
                if name == "paper":
                    page.emulate_media(media="print")
                page.screenshot(path=ROOT / "docs" / f"change-{name}.png", full_page=name == "laptop")


if __name__ == "__main__":
    main()
