"""The root and the issuers that it signs: who can use which key, and what is left when a host or a run is lost."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from testinfra.host import Host

from .conftest import FOLDER, NEAR, PASSPHRASE, Authority

Another = Callable[..., Authority]
testinfra_hosts = [NEAR]
SECRET = f"{PASSPHRASE}e"
WRONG = "Wrong-but-long-enough"
CONVERGE = Path(__file__).parents[3] / ".config" / "molecule" / "converge.yml"
LATER = """
import json, sys
from datetime import timedelta
from pathlib import Path
from certificate_authority import issuer, place, settings
issuer.now = lambda: place.now() + timedelta(days=int(sys.argv[1]))
print(issuer.status(settings.read_settings(Path("/etc/certificate-authority/settings.json")))["issuer"])
"""


def signed(authority: Authority, another: Authority) -> str:
    """Another site's issuer, signed by the root: what it gets."""
    request = another.does("request")
    return authority.does("sign-issuer", passphrase=SECRET, name="another", request=request)


def converge(*more: str) -> tuple[int, str]:
    """Apply the role once more; how that ended, and all that was said."""
    environment = {name: value for name, value in os.environ.items() if name != "PYOPS_RESULTS"}
    command = ["ansible-playbook", "--inventory", os.environ["MOLECULE_INVENTORY_FILE"], str(CONVERGE), *more]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_roots_key_is_of_no_use_without_the_passphrase(host: Host, authority: Authority) -> None:
    assert host.run(f"openssl pkey -in {FOLDER}/root.key -passin pass:another -noout").rc == 1
    request = host.check_output("certificate-authority request")
    said = authority.refuses("sign-issuer", passphrase=WRONG, name="x", request=request)
    assert said == f"{FOLDER}/root.key: not opened by the passphrase that was given, it takes the one of its making"


def test_keys_are_roots_alone(host: Host) -> None:
    assert host.file(FOLDER).mode == 0o700
    assert {host.file(f"{FOLDER}/{name}.key").mode for name in ("root", "issuer")} == {0o600}


def test_the_passphrase_is_written_nowhere(host: Host) -> None:
    places = "/var/log /var/lib/certificate-authority /etc /usr/local /run /tmp /root /home"
    found = host.run(f"grep --recursive --text --files-with-matches {PASSPHRASE}[e] {places}")
    assert found.stdout == ""
    assert host.run(f"journalctl --no-pager --grep {PASSPHRASE}[e]").stdout in ("", "-- No entries --\n")


def test_a_short_passphrase_is_refused(another: Another) -> None:
    said = "passphrase: of 5 characters, the root's has 16 at least"
    assert another().refuses("make-root", passphrase=SECRET[:5]) == said


def test_another_sites_issuer_is_believed_by_the_same_root(
    authority: Authority, another: Another, request_for: Callable[..., str], verify: Callable[..., str]
) -> None:
    request = another().does("request")
    # As the root's host signs with these settings: for ten days.
    short = another(folder=FOLDER, issuer_days=10)
    chain = short.does("sign-issuer", passphrase=SECRET, name="another", request=request)
    far = another()
    far.does("install", chain=chain)
    asked = request_for("DNS:far.roles.ict.example")
    chain = far.does("issue", request=asked, names=["far.roles.ict.example"], days=30)
    assert verify(chain, "-verify_hostname", "far.roles.ict.example") == ""
    assert far.status()["until"] == json.loads(far.does("issued"))[-1]["until"]


def test_an_issuer_that_was_stolen_is_taken_back_by_the_root(
    host: Host, authority: Authority, another: Another, request_for: Callable[..., str], verify: Callable[..., str]
) -> None:
    far = another()
    far.does("install", chain=signed(authority, far))
    chain = far.does(
        "issue", request=request_for("DNS:far.roles.ict.example"), names=["far.roles.ict.example"], days=30
    )
    assert authority.does("revoke-issuer", "roles another", passphrase=SECRET) != "[]\n"
    lists = [f"{FOLDER}/root.pem", f"{FOLDER}/root-revoked.pem", "/run/tried/another/revoked.pem"]
    trusted = "".join(host.file(name).content_string for name in lists)
    assert "certificate revoked" in verify(chain, "-crl_check_all", trusted=trusted)


def test_an_issuer_takes_nothing_that_is_not_its_own(authority: Authority, another: Another, host: Host) -> None:
    far = another()
    chain = signed(authority, far)
    said = "chain: for another key, the issuer's certificate is for the key of this host"
    assert authority.refuses("install", chain=chain) == said
    own = host.check_output("openssl x509 -in /run/tried/another/issuer.pem -noout -subject; true")
    assert own == ""
    stranger = another(folder="/run/tried/stranger")
    stranger.does("make-root", passphrase=WRONG)
    root = host.file("/run/tried/stranger/root.pem").content_string
    far = another()
    said = "chain: the issuer's certificate is not signed by the root beside it, they belong together"
    assert far.refuses("install", chain=chain[: chain.index("-----BEGIN", 1)] + root) == said


def test_a_making_that_was_interrupted_begins_again(host: Host, another: Another) -> None:
    one = another()
    host.check_output(
        "sh -c %s", "echo half > /run/tried/another/root.key; echo half > /run/tried/another/root.key.new"
    )
    assert one.does("make-root", passphrase=SECRET) == "true\n"
    assert one.does("make-root", passphrase=SECRET) == "false\n"
    first, second = one.does("request"), one.does("request")
    key = "openssl req -noout -pubkey"
    assert host.check_output("sh -c %s", f"echo '{first}' | {key}") == host.check_output(
        "sh -c %s", f"echo '{second}' | {key}"
    )
    assert one.status()["issuer"] == "none"
    said = "/run/tried/another/issuer.pem: is not there, the root has not signed this issuer yet"
    assert one.refuses("issue", request="", names=["a.roles.ict.example"], days=1).startswith("request: something else")
    assert one.refuses("revocations") == said


@pytest.mark.parametrize(("days", "state"), [(0, "good"), (700, "good"), (800, "ending"), (1100, "ended")])
def test_an_issuer_says_in_time_that_it_ends(host: Host, days: int, state: str) -> None:
    command = "env PYTHONPATH=/usr/local/lib/certificate-authority python3 -B -c %s %s"
    assert host.check_output(command, LATER, str(days)) == state


def test_a_root_that_is_lost_is_not_made_anew_in_silence(host: Host) -> None:
    host.check_output(f"mv {FOLDER}/root.pem {FOLDER}/kept.pem")
    status, said = converge()
    host.check_output(f"mv {FOLDER}/kept.pem {FOLDER}/root.pem")
    assert status == 2
    assert (
        "no root in /var/lib/certificate-authority but one that signed role-certificate-authority, role-certificate-authority-far"
        in said
    )


def test_an_issuer_that_was_lost_is_signed_again(far: Host, host: Host) -> None:
    far.check_output(f"rm {FOLDER}/issuer.pem")
    assert converge()[0] == 0
    state = json.loads(far.check_output("certificate-authority status"))
    root = host.file(f"{FOLDER}/root.pem").content_string
    assert (state["issuer"], state["root_certificate"], state["root"]) == ("good", root, "")
    assert far.run(f"test -e {FOLDER}/root.key").rc == 1


def test_while_the_root_is_silent_an_issuer_that_counts_goes_on_and_another_is_refused(far: Host) -> None:
    silent = "--extra-vars", json.dumps({"certificate_authority_root_host": "nobody-control-01"})
    limited = "--limit", "role-certificate-authority-far"
    assert converge(*silent, *limited)[0] == 0
    far.check_output(f"mv {FOLDER}/issuer.pem {FOLDER}/kept.pem")
    status, said = converge(*silent, *limited)
    far.check_output(f"mv {FOLDER}/kept.pem {FOLDER}/issuer.pem")
    assert status == 2
    assert (
        "its issuer has no certificate that counts, nobody-control-01, which keeps the root, must answer and have one"
        in said
    )


def test_a_wrong_passphrase_is_told_and_changes_nothing(host: Host, authority: Authority) -> None:
    before = host.check_output(f"sha256sum {FOLDER}/root.key {FOLDER}/root.pem")
    host.check_output(f"mv {FOLDER}/issuer.pem {FOLDER}/kept.pem")
    _, said = converge(
        "--limit", "role-certificate-authority", "--extra-vars", json.dumps({"certificate_authority_passphrase": WRONG})
    )
    host.check_output(f"mv {FOLDER}/kept.pem {FOLDER}/issuer.pem")
    assert "not opened by the passphrase that was given" in said
    assert WRONG not in said
    assert host.check_output(f"sha256sum {FOLDER}/root.key {FOLDER}/root.pem") == before
