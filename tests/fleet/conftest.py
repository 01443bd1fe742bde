"""Ssh servers on loopback, and the settings by which they are read."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pyops.fleet.observation import Observation, Silence
from pyops.fleet.reading import read
from pyops.fleet.target import Access, Settings, Target

from .server import LOOPBACK, Server, known, serving


def new_key(file: Path) -> paramiko.PKey:
    """An ed25519 key pair in a file."""
    made = Ed25519PrivateKey.generate()
    file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    file.chmod(0o600)
    return paramiko.Ed25519Key.from_private_key_file(str(file))


@dataclass
class Fleet:
    """Servers, and how we read them; a host's key is known from the moment on when it is made."""

    folder: Path
    operator: paramiko.PKey
    stack: ExitStack
    settings: Settings
    servers: dict[str, Server] = field(default_factory=dict)

    def host(self, name: str) -> Server:
        """A new server that is a host of that name."""
        key = new_key(self.folder / f"{name}.key")
        server = self.stack.enter_context(serving(key, self.operator))
        self.servers[name] = server
        self.trust(name, server.port, key)
        return server

    def trust(self, name: str, port: int, key: paramiko.PKey) -> None:
        """A line of known_hosts."""
        with self.settings.access.known_hosts.open("a") as file:
            file.write(known(name, port, key))

    def target(self, name: str, **changes: Any) -> Target:
        """The server of that name as a target."""
        return replace(Target(name, LOOPBACK, self.servers[name].port), **changes)

    def read(self, *targets: Target, **settings: Any) -> dict[str, Observation | Silence]:
        """Read targets; each is told exactly once."""
        readings = list(read(targets, replace(self.settings, **settings)))
        assert sorted(reading.host for reading in readings) == sorted(target.host for target in targets)
        return {reading.host: reading for reading in readings}

    def silence(self, *targets: Target, **settings: Any) -> Silence:
        """The silence of the first of them."""
        found = self.read(*targets, **settings)[targets[0].host]
        assert isinstance(found, Silence)
        return found

    def observation(self, *targets: Target, **settings: Any) -> Observation:
        """What the first of them answers."""
        found = self.read(*targets, **settings)[targets[0].host]
        assert isinstance(found, Observation), found
        return found


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    operator = new_key(tmp_path / "operator")
    known_hosts = tmp_path / "known_hosts"
    known_hosts.touch()
    access = Access("operator", tmp_path / "operator", known_hosts)
    with ExitStack() as stack:
        yield Fleet(tmp_path, operator, stack, Settings(access, deadline=20, connect_deadline=2))
