"""What somebody at a desk sees and does, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from testinfra.host import Host

from tests.roles.visitor import PROVIDER, code

from .browsers import chromium

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

INTRANET = "https://intranet.roles.ict.example/"
PAYMENTS = "https://payments.roles.ict.example/"


@pytest.fixture
def browser(host: Host, tmp_path: Path) -> Iterator["BrowserContext"]:
    """At the desk of an officer who may use both systems."""
    with chromium(host, "role-web-guard", "officer-03", tmp_path) as opened:
        yield opened
    host.check_output("find /var/lib/lemonldap-ng/psessions -type f -delete")


def names(browser: "BrowserContext") -> set[str]:
    return {str(cookie["name"]) for cookie in browser.cookies()}


def test_a_day_at_a_desk(browser: "BrowserContext") -> None:
    page = browser.pages[0]
    page.goto(INTRANET)
    page.wait_for_url(INTRANET)
    assert page.inner_text("body").strip() == "the intranet"

    page.goto(f"{PROVIDER}2fregisters/totp")
    page.wait_for_selector("#secret:not(:empty)")
    secret = page.inner_text("#secret").replace(" ", "")
    page.fill("#code", code(secret))
    page.click("#verify")
    page.wait_for_selector("[trspan=yourKeyIsRegistered]")

    page.goto(PAYMENTS)
    page.fill("input[name=code]", code(secret))
    page.click("button[type=submit]")
    page.wait_for_selector("text=Payments")
    page.click("button.positive, button.btn-success")
    page.wait_for_url(PAYMENTS)
    assert page.inner_text("body").strip() == "user officer-03 at /"

    # Logged out at the one, the browser is logged out at the provider and at the other, too.
    assert {"web_sign_on", "web_guard_intranet", "web_guard_payments"} <= names(browser)
    page.goto(f"{INTRANET}.sign-on/return?logout={INTRANET}.sign-on/goodbye")
    page.click("text=Continue")
    page.wait_for_url(f"{INTRANET}.sign-on/goodbye*")
    assert "You are logged out" in page.inner_text("body")
    assert {"web_sign_on", "web_guard_intranet", "web_guard_payments"} & names(browser) == set()
