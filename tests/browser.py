"""A real browser at a desk: Chromium on the machine of the tests, with the network, the names and the tickets of a host."""

import base64
import hmac
import os
import shutil
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyops.lab import Lab, hosts, power

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
BESIDE = """#!/bin/sh
exec nsenter --target {leader} --net -- \\
    unshare --mount sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' {names} {program} "$@"
"""


@dataclass(frozen=True)
class Desk:
    """Where the browser is: beside a host of a lab, in its network and with its names."""

    lab: Lab
    name: str
    domain: str

    def program(self, folder: Path) -> Path:
        """Chromium there: a program of this machine, since no host has one."""
        names, program = folder / "resolv.conf", folder / "chromium"
        names.write_text(hosts.run(self.lab, self.name, ["cat", "/etc/resolv.conf"]).stdout, encoding="utf-8")
        words = {"leader": power.leader(self.lab, self.name), "names": names, "program": shutil.which("chromium")}
        program.write_text(BESIDE.format(**words), encoding="utf-8")
        program.chmod(0o700)
        return program


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
    with sync_playwright() as started:
        browser = started.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=desk.program(folder),
            args=words,
            env=environment,
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
    page.goto(provider)
    page.wait_for_selector("text=Connected as")  # by the ticket, unless it has been here already
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
