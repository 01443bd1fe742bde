"""A real TLS handshake with the host's certificate, and what each thing that is lost or changed leads to."""

from collections.abc import Callable
from typing import Any

import pytest
from testinfra.host import Host

from .conftest import CHAIN, KEY, NAMES, TRUSTED, Converge, serial

Does = Callable[..., Any]
SIGN = [
    "Have a key, and ask for a certificate",
    "Have it signed by the nearest authority that answers",
    "Take the certificate",
]
CLIENT = "openssl s_client -connect {} -CAfile {} -verify_hostname {} -verify_return_error < /dev/null"
HANDED = "openssl s_client -connect {} < /dev/null 2> /dev/null | openssl x509 -noout -serial"


def test_a_client_believes_the_host_by_each_of_its_names_and_by_no_other(host: Host, web: str) -> None:
    for name in NAMES:
        assert host.run("sh -c %s", CLIENT.format(web, TRUSTED, name)).rc == 0
    other = host.run("sh -c %s", CLIENT.format(web, TRUSTED, "mail.roles.ict.example"))
    assert other.rc == 1
    assert "hostname mismatch" in other.stderr


def test_a_client_that_does_not_trust_the_root_refuses(host: Host, web: str) -> None:
    refused = host.run("sh -c %s", CLIENT.format(web, "/dev/null", NAMES[0]))
    assert refused.rc == 1
    assert host.run(f"openssl verify -untrusted {CHAIN} {CHAIN}").rc == 0  # by the system's own store


def test_the_key_is_read_by_roots_and_its_group_alone(host: Host) -> None:
    key = host.file(KEY)
    assert (key.mode, key.user, key.group) == (0o640, "root", "ssl-cert")
    assert host.run(f"su --shell /bin/sh --command 'cat {KEY}' nobody").rc == 1


@pytest.mark.parametrize(
    ("given", "why", "fits"),
    [
        ({}, "", True),
        ({"renew_days": 365}, "it ends on ", True),
        ({"names": NAMES[:1]}, f"it is for {', '.join(NAMES)}", False),
        ({"revoked": ["own"]}, "it is revoked", False),
        ({"revoked": ["1234"]}, "", True),
        ({"group": ""}, "its key has another owner, group or mode", True),
        ({"root": "of a stranger"}, "the root that is trusted did not sign it", False),
        ({"root": ""}, "", True),
    ],
)
def test_why_a_certificate_is_renewed(host: Host, does: Does, given: dict[str, Any], why: str, fits: bool) -> None:
    if given.get("revoked") == ["own"]:
        given = {"revoked": [serial(host)]}
    if given.get("root"):
        stranger = "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=stranger 2> /dev/null"
        given = {"root": host.check_output("sh -c %s", stranger)}
    state = does("read", **given)
    assert (state["why"].startswith(why), bool(state["why"]), state["fits"]) == (True, bool(why), fits)


def test_a_file_that_is_no_certificate_is_replaced(host: Host, does: Does) -> None:
    host.check_output("sh -c %s", f"cp {CHAIN} {CHAIN}.kept && echo half > {CHAIN}")
    state = does("read")
    host.check_output(f"mv {CHAIN}.kept {CHAIN}")
    assert (state["why"], state["fits"]) == ("it cannot be read", False)


def test_another_key_makes_another_certificate_and_services_use_it_at_once(
    host: Host, web: str, converge: Converge
) -> None:
    before = serial(host)
    host.check_output(f"rm {KEY}")
    assert converge()[2] == [*SIGN, "Have the services use it"]
    assert serial(host) != before
    assert host.check_output("sh -c %s", HANDED.format(web)).endswith(serial(host))
    assert converge()[2] == []


def test_it_is_renewed_before_it_ends_and_a_dry_run_says_so(host: Host, web: str, converge: Converge) -> None:
    before = serial(host)
    promised = converge("--check", renew_days=190)[2]
    assert serial(host) == before
    assert converge(renew_days=190)[2] == promised == [*SIGN, "Have the services use it"]
    assert host.check_output("sh -c %s", HANDED.format(web)).endswith(serial(host)) != before.endswith(serial(host))


def test_a_service_that_was_missed_is_found_by_the_next_run(host: Host, web: str, does: Does) -> None:
    assert web
    assert does("read", units=["nginx", "of-nobody"])["running"] == {"nginx": False}
    host.check_output(f"touch {CHAIN}")
    assert does("read", units=["nginx"])["running"] == {"nginx": True}
    assert does("reload", units=["nginx", "of-nobody"]) == (0, "")
    assert does("read", units=["nginx"])["running"] == {"nginx": False}


@pytest.mark.parametrize("lost", ["/usr/local/share/ca-certificates/estate.crt", TRUSTED])
def test_trust_that_is_half_there_is_mended(host: Host, does: Does, lost: str) -> None:
    root = host.check_output("cat /usr/local/share/ca-certificates/estate.crt")
    assert does("read", root=root)["is_trusted"]
    host.check_output("rm %s", lost)
    assert not does("read", root=root)["is_trusted"]
    assert does("trust", root=root) == (0, "")
    assert does("read", root=root)["is_trusted"]
    assert host.run(f"openssl verify -untrusted {CHAIN} {CHAIN}").rc == 0


def test_a_name_outside_the_domain_is_refused_in_words_and_nothing_is_lost(host: Host, converge: Converge) -> None:
    before = serial(host)
    status, said, _ = converge(names=["web.example"])
    assert status == 2
    expected = (
        "role-host-certificate: role-host-certificate: certificate-authority: names: web.example,"
        " this authority signs within roles.ict.example alone"
    )
    assert expected in said
    assert serial(host) == before


def test_what_was_signed_for_another_key_is_not_taken(host: Host, does: Does) -> None:
    before = host.file(CHAIN).content_string
    stranger = "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=stranger 2> /dev/null"
    status, said = does("install", chain=host.check_output("sh -c %s", stranger))
    assert (status, said.strip()) == (1, f"{CHAIN}: what the authority signed was not taken, its key is another one")
    assert host.file(CHAIN).content_string == before
    assert not host.file(f"{CHAIN}.signed").exists


def test_while_nobody_signs_a_host_keeps_what_it_has_and_says_so(host: Host, converge: Converge) -> None:
    silent = {"authorities": ["nobody-control-01"], "renew_days": 190}
    status, said, changed = converge(**silent)
    assert (status, changed) == (0, [])
    assert (
        "None of nobody-control-01 answers; role-host-certificate keeps the certificate that it has though it ends on"
        in said
    )
    host.check_output(f"mv {CHAIN} {CHAIN}.kept")
    status, said, changed = converge(**silent)
    host.check_output(f"mv {CHAIN}.kept {CHAIN}")
    assert (status, changed) == (2, [])
    assert "none of these authorities answers and can sign, and of the host's certificate there is none" in said


def test_a_stranger_has_no_words_with_the_authority(host: Host) -> None:
    refused = host.run("su --shell /bin/sh --command 'certificate-authority status' nobody")
    assert refused.rc != 0
