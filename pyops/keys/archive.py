"""The estate's archive key: it signs what the package mirrors publish, so that hosts believe any mirror's bytes."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pyops.errors import OutsideFailed
from pyops.keys.tunnels import KeyPair

_PATIENCE_S = 60
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it is ours alone


def archive_key(private: str | None, owner: str) -> KeyPair:
    """Both halves, armoured as gpg exports them: of the private half that there is, else of a new key of `owner`.

    Raises OutsideFailed where gpg is missing or refuses.
    """
    # In memory: production's key is in Ansible Vault and in the clear on no disk.
    memory = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="pyops-gpg-", dir=memory) as folder:
        home = Path(folder)
        try:
            if private is None:
                _gpg(home, ["--passphrase", "", "--quick-generate-key", owner, "ed25519", "sign", "never"])
            else:
                _gpg(home, ["--import"], private)
            made = private or _gpg(home, ["--armor", "--export-secret-keys"])
            return KeyPair(made, _gpg(home, ["--armor", "--export"]))
        finally:
            # The agent that gpg starts would outlive it.
            subprocess.run(["gpgconf", f"--homedir={home}", "--kill", "gpg-agent"], check=False, capture_output=True)


def _gpg(home: Path, arguments: Sequence[str], text: str = "") -> str:
    if shutil.which("gpg") is None:
        raise OutsideFailed("gpg: not found, install the Debian package gpg")
    options = ["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback"]
    command = ["gpg", f"--homedir={home}", *options, *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=_PATIENCE_S)
    if done.returncode:
        raise OutsideFailed(f"gpg {arguments[0]}: {done.stderr.strip() or f'ended with {done.returncode}'}")
    return done.stdout
