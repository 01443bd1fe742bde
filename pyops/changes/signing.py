"""SSH signatures: made and verified by ssh-keygen, in a namespace of their own."""

import base64
import binascii
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyops.changes.approvers import NAMESPACE, Approver, fingerprint, read
from pyops.errors import OutsideFailed, Refused

_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG" + (1).to_bytes(4)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a signature says of itself; nothing of it is proven until it is verified."""

    fingerprint: str
    namespace: str


def sign(text: bytes, key: Path) -> str:
    """The armoured signature of a text.

    `key` is a private key's file, or a public one whose private half an agent or a token holds. ssh-keygen asks for a
    passphrase on the terminal. Raises Refused where there is no such key, OutsideFailed where ssh-keygen cannot sign.
    """
    if not key.is_file():
        raise Refused(f"{key}: there is no such file, a private key is asked for, or a public one that an agent knows")
    done = _ssh_keygen(["-Y", "sign", "-n", NAMESPACE, "-f", str(key.absolute())], text)
    signature = done.stdout.decode(errors="replace")
    if done.returncode or not signature.startswith(_BEGIN):
        raise OutsideFailed(f"{key}: ssh-keygen cannot sign with it: {_last_words(done.stderr)}")
    return signature


def verified(text: bytes, signature: str, approvers: Path, principal: str) -> bool:
    """Whether a key that the file gives to `principal`, and that counts today, has signed exactly this text."""
    return not fault(text, signature, [one for one in read(approvers) if one.principal == principal])


def fault(text: bytes, signature: str, allowed: Sequence[Approver]) -> str:
    """Why a signature is none of one principal's over this text; empty where it is."""
    if not allowed:
        return "nobody is known who could have signed"
    with tempfile.TemporaryDirectory(prefix="pyops-signature-") as folder:
        signed, signers = Path(folder, "signature"), Path(folder, "signers")
        signed.write_text(signature, encoding="utf-8")
        # Not the whole file: what is matched is then one person's keys, whatever patterns ssh-keygen knows besides.
        signers.write_text("".join(one.allowed for one in allowed), encoding="utf-8")
        command = ["-Y", "verify", "-n", NAMESPACE, "-I", allowed[0].principal]
        done = _ssh_keygen([*command, "-f", str(signers), "-s", str(signed)], text)
    if done.returncode == 0:
        return ""
    words = done.stderr.decode(errors="replace")
    if "expired" in words or "not yet valid" in words:
        return "the key is outside the days in which it counts"
    return "the signature does not fit"


def who(signature: str, approvers: Path) -> Approver:
    """Whose key made a signature; Refused for a stranger's, or one in another namespace. Proves nothing yet."""
    sealed = seal(signature, str(approvers))
    if sealed.namespace != NAMESPACE:
        raise Refused(f"{approvers}: namespace {sealed.namespace[:80]!r}, an approval is signed for {NAMESPACE!r}")
    for one in read(approvers):
        if one.fingerprint == sealed.fingerprint:
            return one
    raise Refused(f"{approvers}: {sealed.fingerprint}, nobody there has this key")


def seal(signature: str, where: str) -> Seal:
    """What an armoured signature says of itself (PROTOCOL.sshsig of OpenSSH); Refused names `where` it stands."""
    try:
        head, separator, tail = signature.strip().partition(_END)
        if not head.startswith(_BEGIN) or not separator or tail:
            raise ValueError
        blob = base64.b64decode("".join(head.removeprefix(_BEGIN).split()), validate=True)
        if not blob.startswith(_MAGIC):
            raise ValueError
        key, rest = _string(blob[len(_MAGIC) :])
        namespace, _ = _string(rest)
        return Seal(fingerprint(key), namespace.decode())
    except (ValueError, binascii.Error):
        raise Refused(f"{where}: {signature[:40]!r}, is no SSH signature") from None


def _string(blob: bytes) -> tuple[bytes, bytes]:
    """The first length-prefixed string of some bytes, and what follows."""
    length = int.from_bytes(blob[:4])
    if len(blob) < 4 + length:
        raise ValueError
    return blob[4 : 4 + length], blob[4 + length :]


def _ssh_keygen(arguments: Sequence[str], told: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["ssh-keygen", *arguments], input=told, capture_output=True, check=False)
    except FileNotFoundError:
        raise OutsideFailed("ssh-keygen: not found, install openssh-client") from None


def _last_words(errors: bytes) -> str:
    lines = [line for line in errors.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
