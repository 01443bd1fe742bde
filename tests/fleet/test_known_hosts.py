"""Which keys a host may have: as ssh itself reads known_hosts."""

import subprocess
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.fleet.known_hosts import read_known_hosts

from .conftest import new_key


@pytest.fixture
def keys(tmp_path: Path) -> list[str]:
    """Two public keys as text."""
    return [f"ssh-ed25519 {new_key(tmp_path / name).get_base64()}" for name in ("one", "two")]


def blobs(file: Path, *names: str, port: int = 22) -> set[str]:
    return {key.fingerprint for key in read_known_hosts(file).keys(names, port)}


def fingerprint(key: str) -> str:
    done = subprocess.run(["ssh-keygen", "-lf", "-"], input=key, capture_output=True, text=True, check=True)
    return done.stdout.split()[1]


def test_names_ports_patterns_and_revoked_keys(tmp_path: Path, keys: list[str]) -> None:
    file = tmp_path / "known_hosts"
    one, two = (fingerprint(key) for key in keys)
    file.write_text(
        f"# a comment\n\nweb,10.0.0.1 {keys[0]} of banbury\n[web]:2222 {keys[1]}\n"
        f"*.ict.example,!old.ict.example {keys[1]}\nbad {keys[0]}\n"
        f"@cert-authority signed {keys[0]}\n"
    )

    assert blobs(file, "web") == {one}
    assert blobs(file, "elsewhere", "10.0.0.1") == {one}
    assert blobs(file, "web", port=2222) == {two}
    assert blobs(file, "10.0.0.1", port=2222) == set()
    assert blobs(file, "new.ict.example") == {two}
    assert blobs(file, "old.ict.example") == set()
    assert blobs(file, "signed") == set()  # an authority's key is no host's key
    file.write_text(file.read_text() + f"@revoked * {keys[0]}\n")
    assert blobs(file, "web") == set()


def test_names_that_ssh_keygen_has_hashed(tmp_path: Path, keys: list[str]) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"web {keys[0]}\n[app]:2222 {keys[1]}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", file], capture_output=True, check=True)

    assert "web" not in file.read_text()
    assert blobs(file, "web") == {fingerprint(keys[0])}
    assert blobs(file, "app", port=2222) == {fingerprint(keys[1])}
    assert blobs(file, "app") == set()


def test_what_is_no_known_hosts_is_refused_with_its_line(tmp_path: Path, keys: list[str]) -> None:
    file = tmp_path / "known_hosts"
    with pytest.raises(Refused) as missing:
        read_known_hosts(file)
    file.write_text(f"web {keys[0]}\nweb ssh-ed25519 ###\n")
    with pytest.raises(Refused) as damaged:
        read_known_hosts(file)

    assert str(missing.value) == f"{file}: the hosts' keys cannot be read: no such file or directory"
    assert str(damaged.value) == f"{file}:2: web ssh-ed25519 ###, is no line of known_hosts"
