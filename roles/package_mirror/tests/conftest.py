"""Further mirrors on the same host, each with a settings file and a folder of its own, and a small upstream."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

TOP = "/srv/tried"
SERVER = "http://127.0.0.1:8081"
ARCHIVE = (Path(__file__).parent / "archive.py").read_text(encoding="utf-8")
PREPARE = f"""
set -e
mkdir -p {TOP}/upstream {TOP}/crafted
for name in upstream stranger archive; do
    mkdir -p -m 700 {TOP}/keys/$name
    [ $name = archive ] || gpg --homedir {TOP}/keys/$name --batch --quiet --passphrase '' --quick-generate-key $name ed25519 sign never
done
gpg --homedir {TOP}/keys/archive --batch --quiet --import /etc/package-mirror/signing.asc
gpg --homedir {TOP}/keys/upstream --armor --export > {TOP}/upstream.asc
echo 'Acquire::http::Proxy::127.0.0.1 "DIRECT";' > /etc/apt/apt.conf.d/99tried
systemd-run --quiet --unit tried python3 -m http.server 8081 --bind 127.0.0.1 --directory {TOP}
until python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8081))' 2> /dev/null; do sleep 0.1; done
"""
CLEAN = f"""
systemctl stop tried 2> /dev/null
for home in {TOP}/keys/*; do gpgconf --homedir $home --kill gpg-agent; done
umount {TOP}/*/ 2> /dev/null
rm -rf {TOP} /etc/apt/apt.conf.d/99tried
true
"""


@dataclass(frozen=True)
class Mirror:
    """A mirror on the host: the role's own where it has no name."""

    host: Host
    name: str = ""

    @property
    def root(self) -> str:
        return f"{TOP}/{self.name}" if self.name else "/srv/packages"

    @property
    def command(self) -> str:
        return f"package-mirror --settings {self.root}.json" if self.name else "package-mirror"

    def does(self, asked: str, first: str = "true") -> Any:
        """What a verb answers; it must be done, after something else. Of several, with commas between, the last one's answer."""
        verbs = [f"{self.command} {verb.strip()}" for verb in asked.split(",")]
        done = self.host.run("sh -c %s", " && ".join([first, *verbs]))
        assert (done.rc, done.stderr) == (0, "")
        return json.loads(done.stdout.splitlines()[-1])

    def refuses(self, asked: str) -> str:
        """What a verb says that does not do what is asked."""
        done = self.host.run(f"{self.command} {asked}")
        assert (done.rc in (1, 3), done.stdout) == (True, ""), done
        assert done.stderr.startswith("package-mirror: ")
        return done.stderr.removeprefix("package-mirror: ").rstrip("\n")

    def served(self, suite: str) -> str:
        """The hash of what is served, by its bytes."""
        return str(self.host.check_output(f"sha256sum {self.root}/public/dists/{suite}/InRelease")).split()[0]


class Tried:
    """Makes mirrors and archives, which are gone when the tests are."""

    def __init__(self, host: Host) -> None:
        self.host = host

        self._known = json.loads(host.check_output("cat /etc/package-mirror/settings.json"))

    def mirror(self, name: str, **settings: Any) -> Mirror:
        """A mirror with the role's settings but those that are given."""
        own = {**self._known, "root": f"{TOP}/{name}", "patience_seconds": 30, "signing_key": "/none", **settings}
        folders = f"mkdir -p {TOP}/{name}/{{public/dists,public/pool,public/by-hash,snapshots}}"
        write = f"echo {shlex.quote(json.dumps(own))} > {TOP}/{name}.json"
        self.host.check_output("bash -c %s", f"{folders} && chown -R package-mirror {TOP}/{name} && {write}")
        return Mirror(self.host, name)

    def keep(self, *names: str) -> None:
        """Remember how folders and settings are."""
        self.host.check_output(
            "bash -c %s", f"mkdir {TOP}/kept && cd {TOP} && cp -a {' '.join(names)} kept && rm -rf {' '.join(names)}"
        )

    def restore(self) -> None:
        """Have what is remembered as it was."""
        self.host.check_output(
            "bash -c %s", f"cd {TOP} && for name in kept/*; do rm -rf ${{name#kept/}}; done && cp -a kept/. ."
        )

    def archive(self, folder: str, suite: str, key: str = "archive", **asked: Any) -> tuple[str, str]:
        """A signed archive, and the hashes of its InRelease and of its index."""
        first, second = self.host.check_output(archives(archive(folder, suite, key, **asked))).split()
        return first, second


def archive(folder: str, suite: str, key: str, **asked: Any) -> dict[str, Any]:
    """What is asked of an archive."""
    return {"folder": f"{TOP}/{folder}", "suite": suite, "home": f"{TOP}/keys/{key}", **asked}


def archives(*asked: dict[str, Any]) -> str:
    """The command that makes them."""
    return shlex.join(["python3", "-c", ARCHIVE, json.dumps(asked)])


def upstream(packages: dict[str, str], fixes: dict[str, str] | None = None, **asked: Any) -> str:
    """The command after which the small upstream has these."""
    return (
        archives(
            archive("upstream", "bookworm", "upstream", packages=packages, **asked),
            archive("upstream", "bookworm-security", "upstream", packages=fixes or {}),
        )
        + " > /dev/null"
    )


@pytest.fixture(scope="module")
def tried(host: Host) -> Iterator[Tried]:
    host.run("bash -c %s", CLEAN)
    host.check_output("bash -c %s", PREPARE)
    yield Tried(host)
    host.run("bash -c %s", CLEAN)


@pytest.fixture(scope="module")
def served(host: Host) -> Mirror:
    """The mirror that the role has made."""
    return Mirror(host)
