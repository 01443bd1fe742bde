"""Web systems behind the sign-on, visited as people do: a ticket, groups, a second factor, consent, logout."""

import time
from collections.abc import Callable
from typing import Any

from testinfra.host import Host

from tests.browser import code
from tests.roles.units import due, told
from tests.roles.visitor import PASSWORD, PROVIDER, Visitor

INTRANET = "https://intranet.roles.ict.example/"
PLAIN = "https://plain.roles.ict.example/"
PAYMENTS = "https://payments.roles.ict.example/"
CLAIM = ("--header", "X-Remote-User: officer-01")


def within(patience_s: float, question: Callable[[], bool]) -> bool:
    """Whether it becomes true."""
    until = time.monotonic() + patience_s
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def test_a_ticket_opens_a_page_and_no_ticket_shows_the_login(visitor: Visitor) -> None:
    assert visitor.visit(INTRANET).address.startswith(f"{PROVIDER}oauth2/authorize")
    visitor.leave()
    visitor.get_ticket("officer-02")
    page = visitor.visit(INTRANET)
    assert (page.status, page.address, page.text.strip()) == (200, INTRANET, "the intranet")


def test_only_groups_see_an_inner_part(visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    visitor.visit(INTRANET)
    assert visitor.visit(f"{INTRANET}admin/").status == 403
    visitor.leave()
    # By way of a group within the group.
    visitor.get_ticket("officer-01")
    assert visitor.visit(f"{INTRANET}admin/").text.strip() == "its inner part"


def test_a_password_opens_a_page_where_there_is_no_ticket(visitor: Visitor) -> None:
    login = visitor.fill_in(visitor.visit(INTRANET))
    refused = visitor.fill_in(login, user="officer-02", password="wrong")  # noqa: S106 # which is the point
    assert refused.said == "5"
    page = visitor.fill_in(refused, user="officer-02", password=PASSWORD)
    assert (page.address, page.text.strip()) == (INTRANET, "the intranet")


def test_a_provider_refuses_those_who_are_in_none_of_a_systems_groups(visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    assert visitor.visit(PAYMENTS).said == "84"


def test_a_second_factor_and_consent_are_asked_for_and_checked(visitor: Visitor) -> None:
    visitor.get_ticket("officer-03")
    unregistered = visitor.fill_in(visitor.visit(PAYMENTS))
    assert unregistered.said == "103"
    secret = visitor.register_second_factor()

    asked = visitor.fill_in(visitor.visit(PAYMENTS))
    assert "code" in asked.fields
    refused = visitor.fill_in(asked, code=code(secret, away_s=3600))
    assert refused.said == "96"
    assert visitor.visit(PAYMENTS, ticket=False).address.startswith(PROVIDER)

    asked = visitor.fill_in(visitor.visit(PAYMENTS))
    consent = visitor.fill_in(asked, code=code(secret))
    assert "Payments" in consent.text
    page = visitor.fill_in(consent, confirm="1")
    assert page.text.strip() == "user officer-03 at /"
    page = visitor.visit(PAYMENTS, *CLAIM, ticket=False)
    assert page.text.strip() == "user officer-03 at /"


def test_a_name_that_a_visitor_claims_is_not_believed(visitor: Visitor) -> None:
    page = visitor.visit(PAYMENTS, *CLAIM, ticket=False)
    assert page.address.startswith(PROVIDER)


def test_logout_ends_the_login_here_and_at_the_provider(visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    visitor.visit(INTRANET)
    ended = visitor.visit(f"{INTRANET}.sign-on/return?logout={INTRANET}.sign-on/goodbye", ticket=False)
    assert ended.address.startswith(PROVIDER)
    assert visitor.visit(INTRANET, ticket=False).address.startswith(f"{PROVIDER}oauth2/authorize")


def test_a_disabled_account_is_out_though_it_has_a_session_and_a_ticket(host: Host, visitor: Visitor) -> None:
    visitor.get_ticket("officer-02")
    assert visitor.visit(INTRANET).address == INTRANET
    host.check_output("samba-tool user disable officer-02")
    try:
        assert within(60, lambda: visitor.visit(INTRANET, ticket=False).address != INTRANET)
        assert visitor.visit(INTRANET).address.startswith(PROVIDER)
    finally:
        host.check_output("samba-tool user enable officer-02")


def test_a_ticket_alone_opens_a_plain_page(visitor: Visitor) -> None:
    assert visitor.visit(PLAIN, *CLAIM).status == 401
    visitor.get_ticket("officer-02")
    page = visitor.visit(PLAIN, *CLAIM)
    assert (page.status, page.text.strip()) == (200, "user officer-02 at /")


def test_plain_http_leads_to_https(host: Host) -> None:
    said = host.check_output(f"curl --silent --head {INTRANET.replace('https', 'http')}")
    assert f"Location: {INTRANET}" in said.replace("\r", "")


def test_old_versions_of_tls_are_refused(host: Host) -> None:
    asked = "openssl s_client -connect intranet.roles.ict.example:443 -tls1_1 -cipher DEFAULT@SECLEVEL=0 </dev/null"
    assert host.run("sh -c %s", f"{asked} || exit 1").rc == 1


def test_the_clients_secrets_are_roots_alone(host: Host) -> None:
    found = host.check_output(
        "grep --recursive --files-with-matches Only-for-the-tests-payment[s] /etc/apache2 /var/log"
    )
    assert found.splitlines() == ["/etc/apache2/sites-available/web-guard.conf"]
    assert host.file(found.splitlines()[0]).mode == 0o600


SERVER: dict[str, Any] = {
    "name": "apache2",
    "reads": ["/etc/apache2/sites-available/web-guard.conf", "/etc/apache2/mods-enabled"],
}


def test_a_web_server_that_an_interrupted_run_left_with_an_older_file_is_restarted_once(host: Host) -> None:
    assert due(host, SERVER) == []
    # By ctime: the file itself is as it was.
    host.check_output("chmod 644 {0} && chmod 600 {0}".format(SERVER["reads"][0]))
    assert due(host, SERVER) == ["apache2 restarted"]
    assert due(host, SERVER, is_check=False) == ["apache2 restarted"]
    assert due(host, SERVER) == []


def test_a_web_server_that_was_stopped_and_disabled_by_hand_comes_back(host: Host) -> None:
    host.check_output("systemctl disable --now apache2")
    assert due(host, SERVER, is_check=False) == ["apache2 started"]
    assert host.service("apache2").is_running
    assert host.service("apache2").is_enabled


def test_a_web_server_that_does_not_come_up_says_why(host: Host) -> None:
    wrong = "/etc/apache2/conf-enabled/tried.conf"
    host.check_output(f"echo NoSuchWord > {wrong}")
    try:
        message = told(host, SERVER | {"state": "restarted"}, is_check=False)["msg"]
    finally:
        host.check_output(f"rm {wrong}")
    assert message.startswith("apache2: systemctl restart: ")
    assert "NoSuchWord" in message
    assert due(host, SERVER, is_check=False) == ["apache2 started"]
