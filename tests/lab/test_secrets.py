"""No secret of the lab is in a file that others may read, in a log, in the engine's state or on a command line."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from .conftest import INVENTORY, ROOT, Site3, playbook, ran, read

pytestmark = pytest.mark.lab

PUBLIC = ("pubring.kbx", "pubring.kbx~")
"""What gpg keeps public keys in."""
HOSTS = (
    *("banbury-router-01", "stratford-router-01", "banbury-directory-01", "banbury-control-01"),
    *("towcester-signon-01", "stratford-application-01", "banbury-gateway-01", "cdc-d0001"),
)
WRITTEN = {
    "banbury-router-01": ("router", "/etc/wireguard/wg-a-towcester.conf"),
    "towcester-signon-01": ("web_sign_on", "/etc/lemonldap-ng/web-sign-on.keytab"),
    "stratford-application-01": ("web_sign_on", "/etc/apache2/sites-available/web-guard.conf"),
}
"""A host of each kind that a playbook gives secrets in a file of its own: the playbook, and the file."""


def secrets(site: Site3) -> list[bytes]:
    folder = site.lab.state / "secrets"
    tunnels = [
        key.encode() for ends in json.loads((folder / "tunnel_keys.json").read_text()).values() for key in ends.values()
    ]
    private = [
        path.read_bytes().splitlines()[2] for path in folder.rglob("*ed25519*") if not path.name.endswith(".pub")
    ]
    hubs = [key.encode() for key in json.loads((site.lab.state / "pulumi" / "hub_keys.json").read_text()).values()]
    archive = (folder / "archive_key.asc").read_bytes().splitlines()[3]
    passwords = json.loads((folder / "passwords.json").read_text())
    return [
        *tunnels,
        *hubs,
        *(password.encode() for password in passwords.values()),
        *derived(site, passwords["web_sign_on_client"], passwords["web_sign_on_reader"]),
        *private,
        archive,
        (site.lab.state / "pulumi" / "passphrase").read_bytes().strip(),
    ]


def derived(site: Site3, client: str, reader: str) -> Iterator[bytes]:
    """What web systems and providers are given instead of the passwords themselves, as the playbooks' variables make it."""
    for server in site.estate.servers:
        yield sha256(f"{server.name}{client}".encode()).hexdigest().encode()
    for account in site.estate.directory.services:
        yield b64encode(sha256(f"{account}{reader}".encode()).hexdigest().encode())


def test_what_web_systems_and_providers_are_given_is_known_here(three_sites: Site3) -> None:
    """Else the other tests would look for what is nowhere."""
    wanted = secrets(three_sites)
    for host, file in (
        ("stratford-application-01", "/etc/apache2/sites-available/web-guard.conf"),
        ("towcester-signon-01", "/var/lib/lemonldap-ng/conf/*"),
    ):
        held = three_sites.run(host, "sh", "-c", f"cat {file}").encode()
        assert any(secret in held for secret in wanted)


def test_secrets_are_readable_by_their_owner_only(three_sites: Site3) -> None:
    folder = three_sites.lab.state / "secrets"
    assert folder.stat().st_mode & 0o077 == 0
    assert [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and path.name not in PUBLIC and path.suffix != ".pub"
    ] == []


def test_no_file_log_state_or_command_line_holds_a_secret(three_sites: Site3) -> None:
    wanted = secrets(three_sites)
    assert len(wanted) >= 12 + 12 + 4 + 21 + 1 + 1
    state = three_sites.lab.state
    engines = state / "pulumi"
    assert [path for path in (engines / "passphrase", engines / "hub_keys.json") if path.stat().st_mode & 0o077] == []
    allowed = (state / "secrets", engines / "passphrase", engines / "hub_keys.json", state / "hosts")
    produced = [
        path for path in state.rglob("*") if path.is_file() and not any(path.is_relative_to(a) for a in allowed)
    ]
    produced += [state / "hosts" / name / "console.log" for name in three_sites.names]
    produced += [path for path in (ROOT / "reports").rglob("*") if path.is_file()]
    leaks = [str(path) for path in produced if path.exists() and any(secret in path.read_bytes() for secret in wanted)]
    assert leaks == []
    lines = [read(path) for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert [line for line in lines if any(secret in line for secret in wanted)] == []
    for host in HOSTS:
        told = three_sites.run(
            host, "sh", "-c", "journalctl --no-pager --quiet; cat /var/log/apache2/*.log 2>/dev/null || true"
        )
        assert not any(secret in told.encode() for secret in wanted)


def test_no_fact_of_a_host_holds_a_secret(three_sites: Site3) -> None:
    told = ran(["ansible", "-i", str(INVENTORY), ",".join(HOSTS), "-m", "ansible.builtin.setup"]).stdout
    assert told.count("| SUCCESS =>") == len(HOSTS)
    assert not any(secret in told.encode() for secret in secrets(three_sites))


@pytest.mark.parametrize("host", WRITTEN)
def test_neither_a_dry_run_with_differences_nor_the_run_shows_a_secret(three_sites: Site3, host: str) -> None:
    name, file = WRITTEN[host]
    three_sites.run(host, "rm", file)
    try:
        dry = playbook(name, "--check", "--diff", "-vvv", "--limit", host)
    finally:
        done = playbook(name, "--diff", "-vvv", "--limit", host)
    assert host != "banbury-router-01" or "wg-a-towcester" in dry.stdout  # what it writes there is no secret as a whole
    for shown in (dry, done):
        assert "changed: [" in shown.stdout
        assert not any(secret in (shown.stdout + shown.stderr).encode() for secret in secrets(three_sites))
