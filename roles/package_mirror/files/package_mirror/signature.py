"""Signatures: what a key has signed, and nothing that stands around it."""

import base64
import binascii
import re
import subprocess
import tempfile
from pathlib import Path

from package_mirror.errors import Refused

_ARMOUR = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:\S.*\n)*\s*\n(.*?)(?:\n=.{4})?\s*\n-----END", re.DOTALL
)
_FAULTS = {
    "BADSIG": "its signature is not of this content, it has been changed",
    "EXPKEYSIG": "the key that signed it has expired, only a valid key counts",
    "REVKEYSIG": "the key that signed it has been revoked, only a valid key counts",
    "EXPSIG": "its signature has expired, only a valid one counts",
    "NO_PUBKEY": "is signed by another key, only the planned one counts",
    "NODATA": "is not signed, every release is",
}


def keyring(armoured: Path) -> bytes:
    """The keys of a file as `gpgv` reads them, which takes no armour; raises Refused."""
    blocks = _ARMOUR.findall(armoured.read_text(encoding="ascii", errors="replace"))
    try:
        keys = b"".join(base64.b64decode("".join(block.split()), validate=True) for block in blocks)
    except binascii.Error:
        keys = b""
    if not keys:
        raise Refused(f"{armoured}: no public key, it must be one as gpg exports it in armour")
    return keys


def verified(where: str, content: bytes, armoured: Path, work: Path) -> str:
    """The text that one of the keys has signed; raises Refused."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        keys, signed, text = (Path(folder) / name for name in ("keyring.gpg", "signed", "text"))
        keys.write_bytes(keyring(armoured))
        signed.write_bytes(content)
        command = ["gpgv", "--status-fd", "1", "--weak-digest", "SHA1", "--keyring", str(keys)]
        done = subprocess.run(
            [*command, "--output", str(text), str(signed)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env={"PATH": "/usr/bin:/bin", "GNUPGHOME": folder, "LC_ALL": "C.UTF-8"},
        )
        said = set(re.findall(r"^\[GNUPG:\] (\w+)", done.stdout, re.MULTILINE))
        if not {"GOODSIG", "VALIDSIG"} <= said or "BADSIG" in said:
            raise Refused(f"{where}: {_fault(said, done.stderr)}")
        return text.read_text(encoding="utf-8", errors="replace")


def _fault(said: set[str], told: str) -> str:
    words = next((words for code, words in _FAULTS.items() if code in said), None)
    reason = (told.strip().splitlines() or ["gpgv gives no reason"])[-1]
    return words or f"cannot be verified, {reason}"
