"""The host's certificate as the role made it: looked at with openssl, used by a web server, and made anew by the role."""

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

FILES = Path(__file__).parents[1] / "files"
CONVERGE = Path(__file__).parents[3] / ".config" / "molecule" / "converge.yml"
CHAIN, KEY = "/etc/ssl/certs/host.pem", "/etc/ssl/private/host.key"
TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
NAMES = ["role-host-certificate.roles.ict.example", "web.roles.ict.example"]
SERVER = """
ssl_certificate /etc/ssl/certs/host.pem;
ssl_certificate_key /etc/ssl/private/host.key;
server { listen 127.0.0.1:443 ssl; }
"""
Converge = Callable[..., tuple[int, str, list[str]]]


def serial(host: Host) -> str:
    """Of the host's certificate."""
    return str(host.check_output(f"openssl x509 -in {CHAIN} -noout -serial")).partition("=")[2]


@pytest.fixture
def converge(tmp_path: Path) -> Converge:
    """Apply the role once more with other arguments: how that ended, what was said, and the tasks that changed."""

    def run(*more: str, **arguments: object) -> tuple[int, str, list[str]]:
        results = tmp_path / "results.jsonl"
        command = ["ansible-playbook", "--inventory", os.environ["MOLECULE_INVENTORY_FILE"], str(CONVERGE), *more]
        command += [
            "--extra-vars",
            json.dumps({f"host_certificate_{name}": value for name, value in arguments.items()}),
        ]
        environment = {**os.environ, "PYOPS_RESULTS": str(results)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
        changed = [line["task"] for line in lines if line["changed"]]
        return done.returncode, " ".join((done.stdout + done.stderr).split()), changed

    return run


@pytest.fixture
def does(host: Host) -> Callable[..., Any]:
    """A step of the role's program, with what is given besides what the role gives."""
    program = (FILES / "host_certificate.py").read_text(encoding="utf-8")

    def step(verb: str, **given: object) -> Any:
        root = host.run("cat /usr/local/share/ca-certificates/estate.crt").stdout
        known = {
            "names": NAMES,
            "root": root,
            "renew_days": 60,
            "revoked": [],
            "group": "ssl-cert",
            "packages": [],
            "units": [],
        }
        text = shlex.quote(json.dumps({**known, **given}))
        done = host.run("sh -c %s", f"printf %s {text} | python3 -c {shlex.quote(program)} {verb}")
        return json.loads(done.stdout) if verb == "read" else (done.rc, done.stdout + done.stderr)

    return step


@pytest.fixture(scope="module")
def web(host: Host) -> Iterator[str]:
    """A web server that uses the certificate, at an address of the host's own."""
    host.check_output("env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends nginx-light")
    host.check_output("sh -c %s", f"echo {shlex.quote(SERVER)} > /etc/nginx/conf.d/tried.conf")
    host.check_output("systemctl restart nginx")
    yield "127.0.0.1:443"
    host.check_output("env DEBIAN_FRONTEND=noninteractive apt-get purge --yes nginx-light nginx-common")
    host.check_output("rm -rf /etc/nginx /var/lib/host-certificate")
