"""Certificates of the parties of a read: each has its own, signed by an authority that signs once and never again."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pyops.errors import Refused
from pyops.files import disk_errors

SCHEDULER = "scheduler"
ASKER = "asker"
_SLACK = timedelta(hours=1)
"""How far behind ours the clock of a party may be when its certificate is new."""
_FOR_OWNER = 0o600
_BOTH_ENDS = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
"""Every party of Dask may call and be called."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one party holds: its certificate and key, and the authority that all parties trust, in one folder."""

    folder: Path
    party: str

    @property
    def authority(self) -> Path:
        """The certificate of the authority."""
        return self.folder / "authority.pem"

    @property
    def certificate(self) -> Path:
        """The party's own certificate."""
        return self.folder / f"{self.party}.pem"

    @property
    def key(self) -> Path:
        """The private key of it."""
        return self.folder / f"{self.party}.key"

    def check(self) -> None:
        """Raise Refused where a file is missing, others may read the key, or the certificate's time is up."""
        for file in (self.authority, self.certificate, self.key):
            if not file.is_file():
                raise Refused(f"{file}: there is no such file, `pyops fleet certify` makes them")
        if self.key.stat().st_mode & 0o077:
            raise Refused(f"{self.key}: others may read it, a key is its owner's alone (chmod 600)")
        try:
            ends = x509.load_pem_x509_certificate(self.certificate.read_bytes()).not_valid_after_utc
        except ValueError:
            raise Refused(f"{self.certificate}: is no certificate") from None
        if ends < datetime.now(UTC):
            raise Refused(f"{self.certificate}: ended {ends:%Y-%m-%d %H:%M} UTC, `pyops fleet certify` makes new ones")


def reader_of(site: str) -> str:
    """The party that reads a site."""
    return f"reader-{site}"


def issue(folder: Path, sites: Iterable[str], lasting: timedelta) -> None:
    """Make all certificates anew, in place of those in `folder`, for the scheduler, the asker and each site's reader.

    The authority's key is never written: whoever joins later, or lost a key, means new certificates for everybody.
    """
    new = folder.with_name(f"{folder.name}.new")
    with disk_errors(folder):
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700, parents=True)
        _issue(new, (SCHEDULER, ASKER, *map(reader_of, sites)), datetime.now(UTC) + lasting)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def _issue(folder: Path, parties: Iterable[str], ends: datetime) -> None:
    authority = Ed25519PrivateKey.generate()
    name = _name("readers of a fleet")
    made = (
        _begun(name, name, authority, ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority, None)
    )
    _write(folder / "authority.pem", made.public_bytes(Encoding.PEM))
    for party in parties:
        credentials, key = Credentials(folder, party), Ed25519PrivateKey.generate()
        certificate = (
            _begun(_name(party), name, key, ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(_BOTH_ENDS), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
            .sign(authority, None)
        )
        _write(credentials.certificate, certificate.public_bytes(Encoding.PEM))
        _write(credentials.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _begun(subject: x509.Name, issuer: x509.Name, key: Ed25519PrivateKey, ends: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - _SLACK)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_OWNER)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
