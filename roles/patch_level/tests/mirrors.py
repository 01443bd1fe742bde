"""Two mirrors inside the host that serve one signed tree, made at test time with the small lab's own key."""

import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from testinfra.host import Host

from .packages import Deb

LAB = Path(__file__).parents[3] / ".lab" / "roles"
FIRST, SECOND = ADDRESSES = {"first-mirror": "127.0.0.2", "second-mirror": "127.0.0.3"}
_SERVED = "/srv/mirror"
_INDEX = "main/binary-amd64/Packages"
_SILENT = "import socket, time; taken = socket.create_server(('{}', 80)); time.sleep(600)"
_ANSWERS = "for _ in $(seq 100); do nc -z {} 80 && exit; sleep 0.05; done; exit 1"


class Mirrors:
    """What the mirrors serve, and whether they answer."""

    def __init__(self, host: Host, folder: Path) -> None:
        self._host = host
        self._folder = folder
        self._keys = folder / "gnupg"
        self._published = 0
        self._running: set[str] = set()
        shutil.copytree(LAB / "secrets" / "gnupg", self._keys, ignore=shutil.ignore_patterns("S.*"))

    def publish(self, *debs: Deb, day: int = 0, is_signed: bool = True) -> None:
        """Serve exactly these packages from now on, as a level that was made on a day of the last month."""
        self._published += 1
        tree = self._folder / str(self._published)
        (tree / "pool").mkdir(parents=True)
        packages = "\n".join(deb.stanza(deb.build(tree / "pool")) for deb in debs).encode()
        release = tree / "dists" / "test"
        (release / _INDEX).parent.mkdir(parents=True)
        (release / _INDEX).write_bytes(packages)
        text = _release(packages, datetime.now(UTC) - timedelta(days=30 - day))
        (release / ("InRelease" if is_signed else "Release")).write_text(self._sign(text) if is_signed else text)
        self._bring(tree)

    def start(self) -> None:
        """Have both answer, whatever was done to them."""
        for name, address in ADDRESSES.items():
            if name not in self._running:
                self._run(name, "-u", "-m", "http.server", "80", f"--bind={address}", f"--directory={_SERVED}")
        self._running = set(ADDRESSES)

    def be_silent(self, name: str) -> None:
        """Take connections and never say anything."""
        self.stop(name)
        self._run(name, "-c", _SILENT.format(ADDRESSES[name]))

    def stop(self, name: str) -> None:
        self._host.run("systemctl stop %s", name)
        self._running.discard(name)

    def asked(self, name: str) -> str:
        """What a mirror was asked for, in all."""
        return self._host.check_output("journalctl --unit %s --output cat", name)

    def alter(self, path: str, old: str, new: str) -> None:
        """Change what is served, without a new signature."""
        self._host.check_output("grep -q %s %s/%s", old, _SERVED, path)
        self._host.check_output("sed -i %s %s/%s", f"s/{old}/{new}/", _SERVED, path)

    def sign_as_a_stranger(self) -> None:
        """Make a key of the same name that nobody gave to the hosts; what is published next is signed with it."""
        self.forget_keys()
        shutil.rmtree(self._keys)
        self._keys.mkdir(mode=0o700)
        self._gpg("--passphrase", "", "--quick-generate-key", "Packages of roles", "ed25519", "sign", "never")

    def close(self) -> None:
        for name in ADDRESSES:
            self.stop(name)

    def forget_keys(self) -> None:
        subprocess.run(["gpgconf", f"--homedir={self._keys}", "--kill", "gpg-agent"], check=True)

    def _run(self, name: str, *arguments: str) -> None:
        command = shlex.join(["systemd-run", "--quiet", "--collect", f"--unit={name}", "python3", *arguments])
        self._host.run("systemctl stop %s", name)
        self._host.check_output("sh -c %s", f"{command} && {_ANSWERS.format(ADDRESSES[name])}")

    def _sign(self, text: str) -> str:
        return self._gpg("--clear-sign", "--digest-algo", "SHA512", text=text)

    def _gpg(self, *arguments: str, text: str = "") -> str:
        command = ["gpg", f"--homedir={self._keys}", "--batch", "--quiet", "--pinentry-mode", "loopback", *arguments]
        return subprocess.run(command, input=text, check=True, capture_output=True, text=True).stdout

    def _bring(self, tree: Path) -> None:
        packed = subprocess.run(["tar", "-C", tree, "-cz", "pool", "dists"], check=True, capture_output=True).stdout
        unpack = f"sudo sh -c 'rm -rf {_SERVED}/* && mkdir -p {_SERVED} && tar -C {_SERVED} -xz --no-same-owner'"
        ssh = ["ssh", "-F", LAB / "ssh_config", self._host.backend.host, unpack]
        subprocess.run(ssh, input=packed, check=True, capture_output=True)


def _release(packages: bytes, day: datetime) -> str:
    fields = {"Origin": "tests", "Suite": "test", "Codename": "test", "Date": format_datetime(day, usegmt=True)}
    fields |= {"Architectures": "amd64", "Components": "main", "SHA256": ""}
    lines = [f"{key}: {value}" for key, value in fields.items()]
    return "\n".join([*lines, f" {sha256(packages).hexdigest()} {len(packages)} {_INDEX}", ""])
