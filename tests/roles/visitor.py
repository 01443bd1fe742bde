"""Somebody who visits web systems from the host of a role's tests, by curl: with cookies, maybe a ticket, and forms filled in."""

import json
import re
import shlex
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

from testinfra.host import Host

from tests.browser import code

PASSWORD = "Known-to-the-tests-alone"  # noqa: S105 # of accounts that are gone with the host
PROVIDER = "https://auth-near.roles.ict.example/"
COOKIES = "/run/tried.cookies"
# The provider by the host's own address, so that there is an answer while the directory's DNS is stopped.
CURL = "curl --silent --cacert /etc/authority/authority.pem --resolve auth-near.roles.ict.example:443:127.0.0.1"
BROWSER = f"env KRB5CCNAME=/run/tried.ticket {CURL} --cookie {COOKIES} --cookie-jar {COOKIES}"
BY_TICKET = ("--negotiate", "--user", ":")
FOLLOWING = ("--location", "--location-trusted")


@dataclass(frozen=True)
class Page:
    """Status, where it is, where it leads, and what it says."""

    status: int
    address: str
    leads_to: str
    text: str

    @property
    def said(self) -> str:
        """The provider's message, by its number.

        1 session ended, 5 wrong password, 9 please log in, 47 logged out, 84 not this system, 96 wrong code.
        """
        found = re.search(r'trmsg="(\d+)"', self.text)
        return found[1] if found else ""

    @property
    def given(self) -> dict[str, str]:
        """What it gives to whom it leads to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.leads_to).query).items()}

    @property
    def fields(self) -> dict[str, str]:
        """What its form already holds."""
        tags = re.findall(r"<input[^>]*>", self.text)
        pairs = [(re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in tags]
        return {name[1]: unescape(value[1]) if value else "" for name, value in pairs if name}

    @property
    def form_address(self) -> str:
        """Where its form is sent: where it says, else to itself."""
        action = re.search(r'<form[^>]*action="([^"#]*)"', self.text)
        to = action[1] if action and action[1] else self.address
        return to if to.startswith("http") else PROVIDER + to.lstrip("/")


class Visitor:
    """Nobody in particular until a ticket is got or a form is filled in."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.leave()

    def leave(self) -> None:
        """Forget everything."""
        self.host.check_output(f"rm --force {COOKIES} /run/tried.ticket")

    def get_ticket(self, login: str) -> None:
        """As a desk does at its login."""
        self.host.check_output("sh -c %s", f"echo {PASSWORD} | KRB5CCNAME=/run/tried.ticket kinit {login}")

    def ask(self, path: str = "", *options: str, data: dict[str, str] | None = None, tool: str = BROWSER) -> Page:
        """One request, of a browser or a web system, to the provider or to a whole address."""
        address = path if path.startswith("http") else PROVIDER + path
        words = [*options, "--write-out", r"\n%{http_code} %{url_effective} %{redirect_url}", address]
        if data is not None:
            words += ["--data", urlencode(data)]
        # curl ends with 47 and others where it gives up: the page says more.
        said = self.host.run("sh -c %s", f"{tool} {shlex.join(words)} || true").stdout
        text, _, last = said.rpartition("\n")
        status, where, leads_to = last.split(" ", 2)
        return Page(int(status), where, leads_to, text)

    def by_ticket(self, path: str = "", *options: str) -> Page:
        """One request with the ticket."""
        return self.ask(path, *BY_TICKET, *options)

    def visit(self, address: str, *options: str, ticket: bool = True) -> Page:
        """Go there and wherever it sends people; with a ticket, if there is one."""
        return self.ask(address, *FOLLOWING, *(BY_TICKET if ticket else ()), *options)

    def fill_in(self, page: Page, *options: str, **values: str) -> Page:
        """Send the page's form without a ticket, and go where that leads."""
        return self.ask(page.form_address, *FOLLOWING, *options, data=page.fields | values)

    def by_password(self, login: str, password: str) -> Page:
        """The provider's form, filled in."""
        page = self.ask()
        return self.ask(data=page.fields | {"user": login, "password": password, "kerberos": "0"})

    def register_second_factor(self) -> str:
        """The secret of a new one-time password."""
        headers = ("--header", "X-CSRF-Check: 1", "--header", "Accept: application/json")
        made = self.ask("2fregisters/totp/getkey", *headers, data={}).text
        secret, token = (str(json.loads(made)[name]) for name in ("secret", "token"))
        given = {"token": token, "code": code(secret), "TOTPName": "phone"}
        done = self.ask("2fregisters/totp/verify", *headers, data=given)
        assert '"result":1' in done.text, done.text
        return secret
