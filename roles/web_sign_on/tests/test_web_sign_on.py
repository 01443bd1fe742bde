"""The provider as browsers and web systems meet it. The first controller that it knows does not exist: the second one serves."""

import base64
import json

import pytest
from testinfra.host import Host

from tests.roles.visitor import CURL, PASSWORD, Visitor

from .service_desk import DESK, authorize, tokens


def test_a_ticket_logs_in_and_none_is_asked_for_one(visitor: Visitor) -> None:
    asked = visitor.ask("authkrb", "--include")
    assert (asked.status, "WWW-Authenticate: Negotiate" in asked.text) == (401, True)
    visitor.get_ticket("officer-02")
    assert "officer-02" in visitor.by_ticket().text


def test_a_password_logs_in(visitor: Visitor) -> None:
    assert visitor.by_password("officer-02", PASSWORD).status == 302
    assert "officer-02" in visitor.ask().text


@pytest.mark.parametrize(
    ("login", "password", "said"),
    [
        ("officer-02", "wrong", "5"),
        ("nobody", PASSWORD, "5"),
        ("officer-02", "", "2"),
        ("officer-*", PASSWORD, "40"),
        ("Guest", "", "2"),
    ],
)
def test_what_is_no_login_is_refused(visitor: Visitor, login: str, password: str, said: str) -> None:
    assert visitor.by_password(login, password).said == said
    assert visitor.ask().said == "9"


def test_the_cookie_goes_to_no_other_host_and_over_tls_alone(visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    answer = visitor.by_ticket("", "--include")
    assert "; HttpOnly=1; SameSite=Lax; secure" in answer.text
    kept = visitor.host.check_output("cat /run/tried.cookies").splitlines()
    (row,) = [line.split("\t") for line in kept if "\tweb_sign_on\t" in line]
    assert (row[0], row[3]) == (".auth-near.roles.ict.example", "TRUE")


def test_a_web_system_learns_who_it_is_and_of_which_groups(visitor: Visitor) -> None:
    visitor.get_ticket("officer-01")
    answer = authorize(visitor)
    assert answer.leads_to.startswith(f"{DESK['redirect_uri']}?")
    status, got = tokens(visitor, answer.given["code"])
    claims = json.loads(base64.urlsafe_b64decode(got["id_token"].split(".")[1] + "=="))
    assert (status, claims["sub"], claims["nonce"]) == (200, "officer-01", "n")
    told = json.loads(
        visitor.ask("oauth2/userinfo", "--header", f"Authorization: Bearer {got['access_token']}", tool=CURL).text
    )
    assert (told["preferred_username"], told["email"]) == ("officer-01", "officer-01@roles.ict.example")
    assert {"service_desk", "all_desks"} <= set(told["groups"])
    assert tokens(visitor, answer.given["code"])[0] == 400, "a code is worth one token"


def test_a_web_system_that_cannot_say_its_secret_gets_nothing(visitor: Visitor) -> None:
    visitor.get_ticket("officer-01")
    assert tokens(visitor, authorize(visitor).given["code"], "another")[0] == 401


def test_nobody_is_sent_to_where_the_system_is_not(visitor: Visitor) -> None:
    visitor.get_ticket("officer-01")
    assert authorize(visitor, redirect_uri="https://elsewhere.example/desk").leads_to == ""


def test_those_outside_a_systems_groups_are_refused(visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    refused = authorize(visitor)
    assert (refused.leads_to, refused.said) == ("", "84")


def test_no_token_stands_in_an_address(visitor: Visitor) -> None:
    visitor.get_ticket("officer-01")
    assert "token" not in authorize(visitor, response_type="id_token token").leads_to.partition("error")[0]


def test_a_disabled_account_is_refused_though_it_holds_a_ticket(host: Host, visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    host.check_output("samba-tool user disable officer-02")
    try:
        assert "Connected" not in visitor.by_ticket().text
        assert visitor.by_password("officer-02", PASSWORD).said != ""
        assert visitor.ask().said == "9"
    finally:
        host.check_output("samba-tool user enable officer-02")


def test_sessions_stay_over_a_restart(host: Host, visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    visitor.by_ticket()
    host.check_output("systemctl restart apache2")
    assert "officer-02" in visitor.ask().text


def test_it_comes_back_by_itself(host: Host) -> None:
    assert host.service("apache2").is_enabled
    assert host.service("web-sign-on-ended.timer").is_enabled
