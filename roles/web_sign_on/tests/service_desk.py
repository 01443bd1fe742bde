"""What one web system, the service desk, asks of the provider, by a browser and by itself."""

import json
from typing import Any
from urllib.parse import urlencode

from tests.roles.visitor import CURL, Page, Visitor

DESK = {"client_id": "service_desk", "redirect_uri": "https://intranet.roles.ict.example/desk"}


def authorize(visitor: Visitor, **others: str) -> Page:
    """What it has a browser ask."""
    asked = {"response_type": "code", "scope": "openid profile email groups", "state": "s", "nonce": "n"}
    return visitor.by_ticket(f"oauth2/authorize?{urlencode(asked | DESK | others)}")


def tokens(visitor: Visitor, code: str, secret: str = "Only-for-the-tests-service-desk") -> tuple[int, dict[str, Any]]:  # noqa: S107
    """What it gets for the code."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": DESK["redirect_uri"]}
    answer = visitor.ask("oauth2/token", "--user", f"service_desk:{secret}", data=form, tool=CURL)
    return answer.status, json.loads(answer.text)
