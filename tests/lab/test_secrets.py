"""No secret of the lab is in a file that others may read, in a log, in the engine's state or on a command line."""

import json
from pathlib import Path

import pytest

from .conftest import ROOT, Site3, playbook, read

pytestmark = pytest.mark.lab

PUBLIC = ("pubring.kbx", "pubring.kbx~")
"""What gpg keeps public keys in."""


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
    passwords = [password.encode() for password in json.loads((folder / "passwords.json").read_text()).values()]
    return [
        *tunnels,
        *hubs,
        *passwords,
        *private,
        archive,
        (site.lab.state / "pulumi" / "passphrase").read_bytes().strip(),
    ]


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
    for host in (
        "banbury-router-01",
        "stratford-router-01",
        "banbury-directory-01",
        "banbury-control-01",
        "towcester-signon-01",
    ):
        journal = three_sites.run(host, "journalctl", "--no-pager", "--quiet").encode()
        assert not any(secret in journal for secret in wanted)


def test_a_dry_run_with_differences_shows_no_secret(three_sites: Site3) -> None:
    router = "banbury-router-01"
    three_sites.run(router, "sh", "-c", "rm /etc/wireguard/wg-a-towcester.conf")
    try:
        shown = playbook("site", "--check", "--diff", "-vvv", "--limit", router, check=False)
        assert "wg-a-towcester" in shown.stdout
        assert not any(secret in (shown.stdout + shown.stderr).encode() for secret in secrets(three_sites))
    finally:
        three_sites.pyops("lab", "converge", "--limit", router)
