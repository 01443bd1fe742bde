"""What the authority signs, and what whoever is shown it believes; what it refuses, in words."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from testinfra.host import Host

from .conftest import FOLDER, NEAR, Authority

Request = Callable[..., str]
Verify = Callable[..., str]
testinfra_hosts = [NEAR]
WEB = "web-01.roles.ict.example"
RSA = "RSA -pkeyopt rsa_keygen_bits:{}"
OUTSIDE = """
cd /run/tried
openssl req -new -key key.pem -subj / -addext subjectAltName={name} -out stolen.csr
openssl x509 -req -in stolen.csr -copy_extensions copy -CA {folder}/issuer.pem -CAkey {folder}/issuer.key -days 1 2> /dev/null
cat {folder}/issuer.pem
"""


def issue(authority: Authority, request: str, *names: str, days: int = 30) -> str:
    return authority.does("issue", request=request, names=names, days=days)


@pytest.mark.parametrize("key", ["EC -pkeyopt ec_paramgen_curve:P-256", RSA.format(3072)])
def test_a_certificate_is_believed_for_its_names_alone(
    authority: Authority, request_for: Request, verify: Verify, key: str
) -> None:
    names = [WEB, "www.roles.ict.example"]
    chain = issue(authority, request_for(*(f"DNS:{name}" for name in names), key=key), *names)
    assert [verify(chain, "-verify_hostname", name) for name in names] == ["", ""]
    assert [verify(chain, "-purpose", purpose) for purpose in ("sslserver", "sslclient")] == ["", ""]
    assert "hostname mismatch" in verify(chain, "-verify_hostname", "web-02.roles.ict.example")
    assert "unsuitable certificate purpose" in verify(chain, "-purpose", "smimesign")


@pytest.mark.parametrize(
    ("asked", "names", "days", "said"),
    [
        (
            [WEB],
            ["web-02.roles.ict.example"],
            30,
            f"request: for {WEB}, exactly web-02.roles.ict.example may be asked for",
        ),
        (
            [WEB, "x.roles.ict.example"],
            [WEB],
            30,
            f"request: for {WEB}, x.roles.ict.example, exactly {WEB} may be asked for",
        ),
        (
            ["web.example"],
            ["web.example"],
            30,
            "names: web.example, this authority signs within roles.ict.example alone",
        ),
        (
            ["eviltroles.ict.example"],
            ["eviltroles.ict.example"],
            30,
            "names: eviltroles.ict.example, this authority signs within roles.ict.example alone",
        ),
        (["web"], ["web"], 30, "names: web, a full name in small letters is wanted, as in web-01.roles.ict.example"),
        (
            ["*.roles.ict.example"],
            ["*.roles.ict.example"],
            30,
            "names: *.roles.ict.example, a full name in small letters is wanted, as in web-01.roles.ict.example",
        ),
        ([WEB], [WEB], 201, "days: 201, a certificate counts for 1 to 200 days"),
        ([WEB], [WEB], 0, "days: 0, a certificate counts for 1 to 200 days"),
        ([], [WEB], 30, "request: without names (SAN), it must have some"),
    ],
)
def test_names_and_days_that_are_not_allowed_are_refused(
    authority: Authority, request_for: Request, asked: list[str], names: list[str], days: int, said: str
) -> None:
    request = request_for(*(f"DNS:{name}" for name in asked))
    assert authority.refuses("issue", request=request, names=names, days=days) == said


@pytest.mark.parametrize(
    ("names", "key", "more", "said"),
    [
        ([f"DNS:{WEB}", "IP:10.99.0.1"], "", "", "request: for 10.99.0.1, only DNS names are signed"),
        (
            [f"DNS:{WEB}"],
            "",
            "-addext basicConstraints=CA:TRUE",
            "request: asks for 2.5.29.19, it may ask for names (SAN) and nothing else",
        ),
        (
            [f"DNS:{WEB}"],
            RSA.format(2048),
            "",
            "request: its key is RSA with 2048 bits, it is P-256, P-384 or RSA with 3072 bits at least",
        ),
        (
            [f"DNS:{WEB}"],
            "EC -pkeyopt ec_paramgen_curve:secp256k1",
            "",
            "request: its key is secp256k1, it is P-256, P-384 or RSA with 3072 bits at least",
        ),
        (
            [f"DNS:{WEB}"],
            "ED25519",
            "",
            "request: its key is Ed25519PublicKey, it is P-256, P-384 or RSA with 3072 bits at least",
        ),
    ],
)
def test_a_request_of_another_kind_is_refused(
    authority: Authority, request_for: Request, names: list[str], key: str, more: str, said: str
) -> None:
    request = request_for(*names, more=more, **({"key": key} if key else {}))
    assert authority.refuses("issue", request=request, names=[WEB], days=30) == said


def test_what_is_no_request_is_refused(authority: Authority) -> None:
    assert (
        authority.refuses("issue", request="none", names=[WEB], days=30)
        == "request: something else, it is wanted as PEM (PKCS 10)"
    )
    assert (
        authority.refuses("issue", names=[WEB], days=30)
        == "standard input: something else, a JSON object with request, names, days is wanted"
    )


@pytest.mark.parametrize("name", ["DNS:web.example", "IP:10.99.0.1"])
def test_a_stolen_issuer_is_believed_for_nothing_outside_the_domain(host: Host, verify: Verify, name: str) -> None:
    host.check_output("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out /run/tried/key.pem")
    inside = host.check_output("sh -ec %s", OUTSIDE.format(name=f"DNS:{WEB}", folder=FOLDER))
    outside = host.check_output("sh -ec %s", OUTSIDE.format(name=name, folder=FOLDER))
    assert "subtree violation" not in verify(inside)
    assert "subtree violation" in verify(outside)


def test_a_certificate_that_is_taken_back_is_refused_by_whoever_reads_the_list(
    host: Host, authority: Authority, request_for: Request, verify: Verify
) -> None:
    lost, kept = "lost.roles.ict.example", "kept.roles.ict.example"
    chains = {name: issue(authority, request_for(f"DNS:{name}"), name) for name in (lost, kept)}
    (serial,) = json.loads(authority.does("revoke", lost))
    trusted = "".join(host.file(f"{FOLDER}/{name}").content_string for name in ("root.pem", "revoked.pem"))
    assert verify(chains[lost]) == ""
    assert "certificate revoked" in verify(chains[lost], "-crl_check", trusted=trusted)
    assert verify(chains[kept], "-crl_check", trusted=trusted) == ""
    assert serial in authority.status()["revoked"]
    assert json.loads(authority.does("revoke", serial)) == []
    said = (
        "nobody.roles.ict.example: neither a serial number nor a name that this authority signed and that still counts"
    )
    assert authority.refuses("revoke", "nobody.roles.ict.example") == said


def test_the_list_is_renewed_by_itself(host: Host) -> None:
    number = f"openssl crl -in {FOLDER}/revoked.pem -noout -crlnumber"
    before = host.check_output(number)
    host.check_output(
        "sh -c %s", f"until systemctl start certificate-authority && [ $({number}) != {before} ]; do :; done"
    )
    assert host.service("certificate-authority.timer").is_running
    assert host.service("certificate-authority.timer").is_enabled


def test_what_was_signed_is_in_the_ledger_even_after_a_loss_of_power(
    host: Host, authority: Authority, request_for: Request
) -> None:
    host.check_output("sh -c %s", f'printf \'{{"serial": "12\' >> {FOLDER}/ledger.jsonl')
    issue(authority, request_for("DNS:after.roles.ict.example"), "after.roles.ict.example")
    rows = json.loads(authority.does("issued"))
    assert rows[-1]["names"] == ["after.roles.ict.example"]
    assert datetime.fromisoformat(rows[-1]["until"]) > datetime.fromisoformat(rows[0]["until"]).replace(year=2020)
