"""The lab's own key pairs: the operator's, to log in with, and each host's, made before it first boots."""

import shutil
from pathlib import Path

from pyops.files import OWNERS_ALONE, disk_errors, write_whole
from pyops.lab import locks
from pyops.lab.place import Lab, check_name


def operator_key(lab: Lab) -> Path:
    """The private key of the user `operator` on every host; its public half lies beside it with `.pub`."""
    return _pair(lab, lab.secrets / "id_ed25519", f"operator of {lab.name}")


def host_key(lab: Lab, host: str) -> Path:
    """The private ssh key of one host, known before the host first boots, so that nobody trusts on first use."""
    return _pair(lab, _host_key(lab, host), host)


def known_host_key(lab: Lab, host: str) -> str | None:
    """The public half of a host's key; None when it has none yet, or no more since it is being deleted."""
    try:
        return public_half(_host_key(lab, host))
    except FileNotFoundError:
        return None


def forget_host(lab: Lab, host: str) -> None:
    """A host that is made again under an old name is another host: its key goes."""
    shutil.rmtree(lab.secrets / "hosts" / check_name(host), ignore_errors=True)


def public_half(private: Path) -> str:
    """The one-line public half of a key pair."""
    return private.with_name(private.name + ".pub").read_text(encoding="ascii").strip()


def folder(lab: Lab) -> Path:
    """The folder of secrets, made and closed to everybody but its owner."""
    with disk_errors(lab.secrets):
        lab.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        lab.secrets.chmod(0o700)
    return lab.secrets


def _host_key(lab: Lab, host: str) -> Path:
    return lab.secrets / "hosts" / check_name(host) / "ssh_host_ed25519_key"


def _pair(lab: Lab, private: Path, comment: str) -> Path:
    # Imported here: it takes longer than all else that most commands do.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    folder(lab)
    with locks.record(lab, "key", private.parent.name):
        if not private.exists():
            key = Ed25519PrivateKey.generate()
            public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
            # The private half comes last: where it is, both are.
            write_whole(private.with_name(private.name + ".pub"), f"{public} {comment}\n", OWNERS_ALONE)
            text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
            write_whole(private, text, OWNERS_ALONE)
    return private
