"""Somebody who visits web systems from the host of the tests, by curl: with cookies, maybe a ticket, and forms filled in."""

import base64
import hmac
import json
import re
import shlex
import struct
import time
from dataclasses import dataclass
from html import unescape

from testinfra.host import Host

PASSWORD = "Known-to-the-tests-alone"  # noqa: S105 # of accounts that are gone with the host
PROVIDER = "https://auth-near.roles.ict.example/"
COOKIES = "/run/tried.cookies"
CURL = f"env KRB5CCNAME=/run/tried.ticket curl --silent --cacert /etc/authority/authority.pem --cookie {COOKIES} --cookie-jar {COOKIES}"


@dataclass(frozen=True)
class Page:
    """Where a visit ended."""

    status: int
    address: str
    text: str

    @property
    def said(self) -> str:
        """The provider's message, by its number: 5 wrong password, 47 logged out, 84 not this system, 96 wrong code."""
        found = re.search(r'trmsg="(\d+)"', self.text)
        return found[1] if found else ""

    def fields(self) -> dict[str, str]:
        """What its form already holds."""
        tags = re.findall(r"<input[^>]*>", self.text)
        pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
        return {name[1]: unescape(value[1]) if value else "" for name, value in pairs if name}


class Visitor:
    """Nobody in particular until a ticket is got or a form filled in."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.leave()

    def leave(self) -> None:
        """Forget everything."""
        self.host.check_output(f"rm --force {COOKIES} /run/tried.ticket")

    def get_ticket(self, login: str) -> None:
        """As a desk does at its login."""
        self.host.check_output("sh -c %s", f"echo {PASSWORD} | KRB5CCNAME=/run/tried.ticket kinit {login}")

    def visit(self, address: str, ticket: bool = True, data: dict[str, str] | None = None, *options: str) -> Page:
        """Go there and wherever it sends people; with a ticket, if there is one."""
        words = ["--location", "--location-trusted", *(("--negotiate", "--user", ":") if ticket else ()), *options]
        for name, value in (data or {}).items():
            words += ["--data-urlencode", f"{name}={value}"]
        words += ["--write-out", r"\n%{http_code} %{url_effective}", address]
        # curl ends with 47 and others where it gives up: the page says more.
        said = self.host.run("sh -c %s", f"{CURL} {' '.join(map(shlex.quote, words))} || true").stdout
        text, _, last = said.rpartition("\n")
        status, _, where = last.partition(" ")
        return Page(int(status), where, text)

    def fill_in(self, page: Page, address: str = "", **values: str) -> Page:
        """Send the page's form, to where it says or, without a ticket, to the address given."""
        action = re.search(r'<form[^>]*action="([^"#]*)"', page.text)
        to = address or (action[1] if action and action[1] else page.address)
        whole = to if to.startswith("http") else PROVIDER + to.lstrip("/")
        return self.visit(whole, False, page.fields() | values)

    def register_second_factor(self) -> str:
        """The secret of a new one-time password."""
        ask = ("--header", "X-CSRF-Check: 1", "--header", "Accept: application/json")
        made = self.visit(f"{PROVIDER}2fregisters/totp/getkey", False, {"": ""}, *ask).text
        secret, token = (str(json.loads(made)[name]) for name in ("secret", "token"))
        given = {"token": token, "code": code(secret), "TOTPName": "phone"}
        done = self.visit(f"{PROVIDER}2fregisters/totp/verify", False, given, *ask)
        assert '"result":1' in done.text, done.text
        return secret


def code(secret: str, away_s: int = 0) -> str:
    """The one-time password of now (RFC 6238), or of some time away."""
    padded = secret.upper() + "=" * (-len(secret) % 8)
    count = struct.pack(">Q", int(time.time() + away_s) // 30)
    digest = hmac.digest(base64.b32decode(padded), count, "sha1")
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
