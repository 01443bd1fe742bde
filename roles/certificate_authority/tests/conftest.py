"""An authority to ask: the one that the role made, or another with settings of its own."""

import json
import os
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import testinfra
from testinfra.backend.base import CommandResult
from testinfra.host import Host

PASSPHRASE = "Only-for-the-tests-of-this-rol"  # noqa: S105 # and its last letter, which what is run here must not show
FOLDER = "/var/lib/certificate-authority"
SETTINGS = "/etc/certificate-authority/settings.json"
NEAR, FAR = (f"ansible://role-certificate-authority{end}" for end in ("", "-far"))
Json = dict[str, Any]


class Authority:
    """Asked as the role and people ask it."""

    def __init__(self, host: Host, settings: str = SETTINGS) -> None:
        self._host = host
        self._settings = settings

    def ask(self, verb: str, *words: str, **given: object) -> CommandResult:
        """One verb; what is given comes in on the standard input."""
        command = shlex.join(["certificate-authority", "--settings", self._settings, verb, *words])
        # What is run here is written down: the passphrase is put together by the shell alone.
        text = shlex.quote(json.dumps(given)).replace(f"{PASSPHRASE}e", f"{PASSPHRASE}''e")
        return self._host.run("sh -c %s", f"printf %s {text} | {command}")

    def does(self, verb: str, *words: str, **given: object) -> str:
        done = self.ask(verb, *words, **given)
        assert done.rc == 0, done.stderr
        return str(done.stdout)

    def refuses(self, verb: str, *words: str, **given: object) -> str:
        """What it says."""
        done = self.ask(verb, *words, **given)
        assert done.rc == 1, done.stdout
        return str(done.stderr).strip().removeprefix("certificate-authority: ")

    def status(self) -> Json:
        state: Json = json.loads(self.does("status"))
        return state


@pytest.fixture(scope="module")
def authority(host: Host) -> Authority:
    return Authority(host)


@pytest.fixture(scope="module")
def far() -> Host:
    """The host of the other site, whose issuer the root on this one signed."""
    return testinfra.get_host(FAR, ansible_inventory=os.environ["MOLECULE_INVENTORY_FILE"])


@pytest.fixture(scope="module", autouse=True)
def tried(host: Host) -> Iterator[str]:
    """A folder for what the tests make; openssl is there, as on hosts that ask."""
    host.check_output("sh -c %s", "rm -rf /run/tried; mkdir /run/tried")
    host.check_output("env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends openssl")
    yield "/run/tried"
    host.check_output("rm -r /run/tried")


@pytest.fixture
def another(host: Host) -> Iterator[Callable[..., Authority]]:
    """An authority with a folder of its own and some other settings, without root and issuer."""

    def make(**changed: object) -> Authority:
        known = json.loads(host.file(SETTINGS).content_string)
        host.check_output("mkdir -p /run/tried/another")
        text = json.dumps({**known, "folder": "/run/tried/another", "name": "another", **changed})
        host.check_output("sh -c %s", f"echo {shlex.quote(text)} > /run/tried/settings.json")
        return Authority(host, "/run/tried/settings.json")

    yield make
    host.check_output("rm -rf /run/tried/another")


@pytest.fixture
def request_for(host: Host) -> Callable[..., str]:
    """A request made with openssl, as a host makes it."""

    def make(*names: str, key: str = "EC -pkeyopt ec_paramgen_curve:P-256", more: str = "") -> str:
        san = f"-addext subjectAltName={','.join(names)}" if names else ""
        host.check_output(f"openssl genpkey -algorithm {key} -out /run/tried/key.pem")
        return str(host.check_output(f"openssl req -new -key /run/tried/key.pem -subj / {san} {more}"))

    return make


@pytest.fixture
def verify(host: Host) -> Callable[..., str]:
    """What openssl thinks of a chain; an empty text where it believes it."""

    def check(chain: str, *options: str, trusted: str = "") -> str:
        trust = trusted or host.file(f"{FOLDER}/root.pem").content_string
        for name, text in {"chain.pem": chain, "trusted.pem": trust}.items():
            host.check_output("sh -c %s", f"printf %s {shlex.quote(text)} > /run/tried/{name}")
        files = "-CAfile /run/tried/trusted.pem -untrusted /run/tried/chain.pem"
        done = host.run(f"openssl verify -x509_strict {files} {' '.join(options)} /run/tried/chain.pem")
        return "" if done.rc == 0 else str(done.stdout + done.stderr)

    return check
