"""A real browser at a desk: Chromium on the machine of the tests, with the network and the ticket of the host of the tests."""

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from testinfra.host import Host

from tests.roles.visitor import PASSWORD, PROVIDER

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

CONFIGURATION = Path(__file__).parents[3] / ".lab" / "roles" / "ssh_config"
KERBEROS = """[libdefaults]
default_realm = ROLES.ICT.EXAMPLE
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[domain_realm]
.roles.ict.example = ROLES.ICT.EXAMPLE
"""
PATIENCE_S = 30


@contextmanager
def network(name: str) -> Iterator[str]:
    """The host's network with its names, as a proxy (SOCKS over ssh)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # It would tell of every name that the browser asks for by itself and nobody knows.
    command = ["ssh", "-F", str(CONFIGURATION), "-N", "-D", f"127.0.0.1:{port}", name]
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


def ticket(host: Host, login: str, folder: Path) -> dict[str, str]:
    """The ticket for the provider, got where the directory can be asked, and what leads a browser to it."""
    cache = "KRB5CCNAME=/run/tried.browser"
    service = f"HTTP/{PROVIDER.split('/')[2]}"
    got = f"echo {PASSWORD} | {cache} kinit {login} >&2 && {cache} kvno {service} >&2 && base64 /run/tried.browser"
    (folder / "ticket").write_bytes(base64.b64decode(host.check_output("sh -c %s", got)))
    (folder / "krb5.conf").write_text(KERBEROS, encoding="utf-8")
    host.check_output("rm /run/tried.browser")
    return {"KRB5CCNAME": f"FILE:{folder}/ticket", "KRB5_CONFIG": f"{folder}/krb5.conf"}


@contextmanager
def chromium(host: Host, name: str, login: str, folder: Path) -> Iterator["BrowserContext"]:
    """The browser of somebody who has logged in at a desk. Only a profile that stays hands out tickets by itself."""
    from playwright.sync_api import sync_playwright

    words = ["--no-sandbox", "--auth-server-allowlist=*.roles.ict.example", "--disable-auth-negotiate-cname-lookup"]
    environment: dict[str, str | float | bool] = {**os.environ, **ticket(host, login, folder)}
    with network(name) as proxy, sync_playwright() as started:
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
            browser.pages[0].goto(f"{PROVIDER}authkrb")
            yield browser
        finally:
            browser.close()
