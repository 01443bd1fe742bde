"""What somebody at a desk sees and does, in a real browser."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from testinfra.host import Host

from pyops.lab import Lab
from tests.browser import Desk, chromium, come_in_by_code, register_second_factor
from tests.roles.visitor import PASSWORD, PROVIDER

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

INTRANET = "https://intranet.roles.ict.example/"
PAYMENTS = "https://payments.roles.ict.example/"
DESK = Desk(Lab(Path(__file__).parents[3] / ".lab" / "roles"), "role-web-guard", "roles.ict.example")


def tickets(host: Host, login: str) -> bytes:
    """As a desk has them after a login; the one for the provider is got where the directory can be asked."""
    cache = "KRB5CCNAME=/run/tried.browser"
    service = f"HTTP/{PROVIDER.split('/')[2]}"
    got = f"echo {PASSWORD} | {cache} kinit {login} >&2 && {cache} kvno {service} >&2 && base64 /run/tried.browser"
    found = base64.b64decode(host.check_output("sh -c %s", got))
    host.check_output("rm /run/tried.browser")
    return found


@pytest.fixture
def browser(host: Host, tmp_path: Path) -> Iterator["BrowserContext"]:
    """At the desk of an officer who may use both systems."""
    with chromium(DESK, tickets(host, "officer-03"), PROVIDER, tmp_path) as opened:
        yield opened
    host.check_output("find /var/lib/lemonldap-ng/psessions -type f -delete")


def names(browser: "BrowserContext") -> set[str]:
    return {str(cookie["name"]) for cookie in browser.cookies()}


def test_a_day_at_a_desk(browser: "BrowserContext") -> None:
    page = browser.pages[0]
    page.goto(INTRANET)
    page.wait_for_url(INTRANET)
    assert page.inner_text("body").strip() == "the intranet"

    secret = register_second_factor(browser, PROVIDER)
    come_in_by_code(browser, PAYMENTS, secret, "Payments")
    assert page.inner_text("body").strip() == "user officer-03 at /"

    # Logged out at the one, the browser is logged out at the provider and at the other, too.
    assert {"web_sign_on", "web_guard_intranet", "web_guard_payments"} <= names(browser)
    page.goto(f"{INTRANET}.sign-on/return?logout={INTRANET}.sign-on/goodbye")
    page.click("text=Continue")
    page.wait_for_url(f"{INTRANET}.sign-on/goodbye*")
    assert "You are logged out" in page.inner_text("body")
    assert {"web_sign_on", "web_guard_intranet", "web_guard_payments"} & names(browser) == set()
