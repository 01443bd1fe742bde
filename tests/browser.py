"""A real browser at a desk: Chromium on the machine of the tests, with the network and the ticket of a host."""

import base64
import hmac
import os
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

KERBEROS = """[libdefaults]
default_realm = {realm}
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[domain_realm]
.{domain} = {realm}
"""
PATIENCE_S = 30


@dataclass(frozen=True)
class Desk:
    """Where the browser is: a host that ssh reaches by a configuration, in a domain."""

    name: str
    configuration: Path
    domain: str


@contextmanager
def _network(desk: Desk) -> Iterator[str]:
    """The host's network with its names, as a proxy (SOCKS over ssh)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # It would tell of every name that the browser asks for by itself and nobody knows.
    command = ["ssh", "-F", str(desk.configuration), "-N", "-D", f"127.0.0.1:{port}", desk.name]
    started = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until, "no way to the host"
                time.sleep(0.1)
        yield f"socks5://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait()


def _kerberos(desk: Desk, tickets: bytes, folder: Path) -> dict[str, str]:
    """What leads the browser to the tickets."""
    (folder / "ticket").write_bytes(tickets)
    settings = KERBEROS.format(realm=desk.domain.upper(), domain=desk.domain)
    (folder / "krb5.conf").write_text(settings, encoding="utf-8")
    return {"KRB5CCNAME": f"FILE:{folder}/ticket", "KRB5_CONFIG": f"{folder}/krb5.conf"}


@contextmanager
def chromium(desk: Desk, tickets: bytes, provider: str, folder: Path) -> Iterator["BrowserContext"]:
    """The browser of somebody who has logged in at the desk, with the tickets of then (a credential cache).

    Only a profile that stays hands out tickets by itself.
    """
    from playwright.sync_api import sync_playwright

    words = ["--no-sandbox", f"--auth-server-allowlist=*.{desk.domain}", "--disable-auth-negotiate-cname-lookup"]
    environment: dict[str, str | float | bool] = {**os.environ, **_kerberos(desk, tickets, folder)}
    with _network(desk) as proxy, sync_playwright() as started:
        browser = started.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=shutil.which("chromium"),
            args=words,
            env=environment,
            proxy={"server": proxy},
            ignore_https_errors=True,
        )
        browser.set_default_timeout(PATIENCE_S * 1000)
        try:
            # The first page that asks for a ticket has Chromium load what it needs for that, and gets none yet.
            browser.pages[0].goto(f"{provider}authkrb")
            yield browser
        finally:
            browser.close()


def register_second_factor(browser: "BrowserContext", provider: str) -> str:
    """The secret of a new one-time password, registered as people do: by reading it and giving a first code."""
    page = browser.pages[0]
    page.goto(f"{provider}2fregisters/totp")
    page.wait_for_selector("#secret:not(:empty)")
    secret = page.inner_text("#secret").replace(" ", "")
    page.fill("#code", code(secret))
    page.click("#verify")
    page.wait_for_selector("[trspan=yourKeyIsRegistered]")
    return secret


def come_in_by_code(browser: "BrowserContext", address: str, secret: str, consented: str) -> None:
    """Visit a system that wants a second factor and consent: the code, then yes to whom it is told."""
    page = browser.pages[0]
    page.goto(address)
    page.fill("input[name=code]", code(secret))
    page.click("button[type=submit]")
    page.wait_for_selector(f"text={consented}")
    page.click("button.positive, button.btn-success")
    page.wait_for_url(address)


def code(secret: str, away_s: int = 0) -> str:
    """The one-time password of now (RFC 6238), or of some time away."""
    padded = secret.upper() + "=" * (-len(secret) % 8)
    count = struct.pack(">Q", int(time.time() + away_s) // 30)
    digest = hmac.digest(base64.b32decode(padded), count, "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
