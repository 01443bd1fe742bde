"""Files that are whole or not there, and keys that root alone reads."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certificate_authority.errors import Refused

PEM = serialization.Encoding.PEM


def now() -> datetime:
    """UTC without a zone and in whole seconds, as the library has the times of certificates."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def write(file: Path, content: bytes, mode: int = 0o644) -> None:
    """Replace a file in one step, on the disk when this returns."""
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One at a time: whoever comes second waits."""
    with (folder / "lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def make_key(file: Path, passphrase: bytes = b"") -> ec.EllipticCurvePrivateKey:
    """A new key, P-384 as for long lives; encrypted where there is a passphrase."""
    key = ec.generate_private_key(ec.SECP384R1())
    hidden: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        hidden = serialization.BestAvailableEncryption(passphrase)
    write(file, key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, hidden), 0o600)
    return key


def read_key(file: Path, passphrase: bytes | None = None) -> ec.EllipticCurvePrivateKey:
    """Raises Refused where the passphrase does not open it."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), passphrase)
    except (ValueError, TypeError):
        raise Refused(f"{file}: not opened by the passphrase that was given, it takes the one of its making") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Refused(f"{file}: a key of another kind, an authority's is of an elliptic curve")
    return key


def read_certificates(text: bytes, where: str) -> list[x509.Certificate]:
    """All certificates of a PEM text; raises Refused where there is something else."""
    end = b"-----END CERTIFICATE-----"
    try:
        return [x509.load_pem_x509_certificate(part + end) for part in text.split(end)[:-1]]
    except ValueError:
        raise Refused(f"{where}: something else, certificates are wanted as PEM") from None
