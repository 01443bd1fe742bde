"""What somebody with or without a ticket asks the provider, by curl on the host of the tests."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from testinfra.host import Host

PASSWORD = "Known-to-the-tests-alone"  # noqa: S105 # of accounts that are gone with the host
PROVIDER = "https://auth-near.roles.ict.example/"
COOKIES = "/run/tried.cookies"
# By the host's own address, so that there is an answer while the directory's DNS is stopped.
CURL = "curl --silent --cacert /etc/authority/authority.pem --resolve auth-near.roles.ict.example:443:127.0.0.1"
BROWSER = f"env KRB5CCNAME=/run/tried.ticket {CURL} --cookie {COOKIES} --cookie-jar {COOKIES}"
DESK = {"client_id": "service_desk", "redirect_uri": "https://intranet.roles.ict.example/desk"}


@dataclass(frozen=True)
class Answer:
    """Status, where it leads, and what it says."""

    status: int
    leads_to: str
    text: str

    @property
    def said(self) -> str:
        """The provider's message, by its number: 1 session ended, 5 wrong password, 9 please log in, 84 not this system."""
        found = re.search(r'trmsg="(\d+)"', self.text)
        return found[1] if found else ""

    @property
    def given(self) -> dict[str, str]:
        """What it gives to whom it leads to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.leads_to).query).items()}


class Visitor:
    """Nobody in particular until a ticket is got or the form is filled in."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.leave()

    def leave(self) -> None:
        """Forget everything."""
        self.host.check_output(f"rm --force {COOKIES} /run/tried.ticket")

    def get_ticket(self, login: str) -> None:
        """As a desk does at its login."""
        self.host.check_output("sh -c %s", f"echo {PASSWORD} | KRB5CCNAME=/run/tried.ticket kinit {login}")

    def ask(self, path: str = "", *options: str, data: dict[str, str] | None = None, tool: str = BROWSER) -> Answer:
        """One request, of a browser or a web system."""
        words = [*options, "--write-out", r"\n%{http_code} %{redirect_url}", PROVIDER + path]
        if data is not None:
            words += ["--data", urlencode(data)]
        text, _, last = self.host.check_output("sh -c %s", f"{tool} {shlex.join(words)}").rpartition("\n")
        status, _, leads_to = last.partition(" ")
        return Answer(int(status), leads_to, text)

    def by_ticket(self, path: str = "") -> Answer:
        """One request with the ticket."""
        return self.ask(path, "--negotiate", "--user", ":")

    def by_password(self, login: str, password: str) -> Answer:
        """The form, filled in."""
        token = re.findall(r'name="token" value="([0-9a-f]+)"', self.ask().text)[0]
        form = {"user": login, "password": password, "token": token}
        return self.ask(data=form | {"kerberos": "0", "ajax_auth_token": "0", "url": ""})

    def authorize(self, **others: str) -> Answer:
        """What a web system has a browser ask."""
        asked = {"response_type": "code", "scope": "openid profile email groups", "state": "s", "nonce": "n"}
        return self.by_ticket(f"oauth2/authorize?{urlencode(asked | DESK | others)}")

    def tokens(self, code: str, secret: str = "Only-for-the-tests-service-desk") -> tuple[int, dict[str, Any]]:  # noqa: S107
        """What the web system gets for the code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": DESK["redirect_uri"]}
        answer = self.ask("oauth2/token", "--user", f"service_desk:{secret}", data=form, tool=CURL)
        return answer.status, json.loads(answer.text)


@pytest.fixture
def visitor(host: Host) -> Iterator[Visitor]:
    """One of them, who is nobody again afterwards."""
    came = Visitor(host)
    yield came
    came.leave()
