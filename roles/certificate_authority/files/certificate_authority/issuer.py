"""The issuer of this host: its key, made here and never elsewhere, its certificate from the root, and what it signs."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificate_authority.authority import Authority, Extensions
from certificate_authority.errors import Refused
from certificate_authority.ledger import Ledger
from certificate_authority.place import PEM, make_key, now, read_certificates, read_key, write
from certificate_authority.policy import check_request, read_request
from certificate_authority.settings import Settings

_SIGNS = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
_LONGEST_COMMON_NAME = 64  # RFC 5280, appendix A.1


def request(settings: Settings) -> str:
    """What the root is asked to sign. The key stays when the certificate is renewed, so what it signed stays good."""
    file = settings.folder / "issuer.key"
    key = read_key(file) if file.exists() else make_key(file)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, settings.name)])
    asked = x509.CertificateSigningRequestBuilder(name).sign(key, hashes.SHA384())
    return asked.public_bytes(PEM).decode()


def install(settings: Settings, chain: str) -> None:
    """Take what the root signed; raises Refused where it is not for this key or not from that root."""
    certificates = read_certificates(chain.encode(), "chain")
    if len(certificates) != 2:
        raise Refused(f"chain: {len(certificates)} certificates, the issuer's and the root's are wanted")
    own, root = certificates
    if own.public_key().public_numbers() != read_key(settings.folder / "issuer.key").public_key().public_numbers():  # type: ignore[union-attr]
        raise Refused("chain: for another key, the issuer's certificate is for the key of this host")
    if not is_signed(own, root):
        raise Refused("chain: the issuer's certificate is not signed by the root beside it, they belong together")
    write(settings.folder / "issuer.pem", chain.encode())
    renew_list(settings)


def is_signed(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    """Whether one certificate's key signed the other."""
    key, algorithm = by.public_key(), certificate.signature_hash_algorithm
    if not isinstance(key, ec.EllipticCurvePublicKey) or algorithm is None:
        return False
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(algorithm))
    except InvalidSignature:
        return False
    return certificate.issuer == by.subject


def issue(settings: Settings, asked: str, names: Sequence[str], days: int) -> bytes:
    """A host's certificate and the issuer's after it, PEM."""
    given = read_request(asked)
    signed = check_request(given, names, settings.domains, days, settings.certificate_days)
    issuer = opened(settings)
    added: Extensions = [
        (x509.SubjectAlternativeName([x509.DNSName(name) for name in signed]), True),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_SIGNS, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
    ]
    made = issuer.sign(given, _subject(names[0]), days, added)
    return made.public_bytes(PEM) + issuer.certificate.public_bytes(PEM)


def _subject(name: str) -> x509.Name:
    """The first name once more, for whoever reads subjects; a longer one than a subject has room for is left out."""
    is_short = len(name) <= _LONGEST_COMMON_NAME
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)] if is_short else [])


def issued(settings: Settings) -> list[dict[str, Any]]:
    """All that was signed, the oldest first."""
    return [entry.shown() for entry in opened(settings).ledger.entries()]


def revoke(settings: Settings, what: str) -> list[str]:
    """Take certificates back; the list is written anew at once."""
    done = opened(settings).ledger.revoke(what)
    renew_list(settings)
    return [f"{entry.serial:x}" for entry in done]


def renew_list(settings: Settings) -> bytes:
    """Write and return the list of what is revoked."""
    listed = opened(settings).revoked(settings.revocation_days).public_bytes(PEM)
    write(settings.folder / "revoked.pem", listed)
    return listed


def opened(settings: Settings) -> Authority:
    """The issuer; raises Refused where it cannot sign."""
    file = settings.folder / "issuer.pem"
    if not file.exists():
        raise Refused(f"{file}: is not there, the root has not signed this issuer yet")
    certificate = _chain(file)[0]
    if certificate.not_valid_after <= now():
        raise Refused(f"{file}: ended on {certificate.not_valid_after:%Y-%m-%d}, the root must sign this issuer again")
    return Authority(certificate, read_key(settings.folder / "issuer.key"), Ledger(settings.folder / "ledger.jsonl"))


def status(settings: Settings) -> dict[str, Any]:
    """What is there, and what must be done."""
    file, kept = settings.folder / "issuer.pem", settings.folder / "root.pem"
    chain = _chain(file) if file.exists() else []
    living = [entry for entry in opened(settings).ledger.entries() if entry.until > now()] if _counts(chain) else []
    return {
        "root": digest(kept.read_bytes()) if kept.exists() else "",
        "issuer": _state(chain),
        "until": chain[0].not_valid_after.isoformat() if chain else "",
        "issuer_root": digest(chain[1].public_bytes(PEM)) if chain else "",
        "root_certificate": chain[1].public_bytes(PEM).decode() if chain else "",
        "signed": len(living),
        "revoked": [f"{entry.serial:x}" for entry in living if entry.revoked],
    }


def digest(pem: bytes) -> str:
    """Of a PEM text, whatever follows its last line."""
    return hashlib.sha256(pem.strip()).hexdigest()


def _chain(file: Path) -> list[x509.Certificate]:
    return read_certificates(file.read_bytes(), str(file))


def _counts(chain: list[x509.Certificate]) -> bool:
    return bool(chain) and chain[0].not_valid_after > now()


def _state(chain: list[x509.Certificate]) -> str:
    """`none`, `ended`, `ending` with less than a third of its life left, or `good`."""
    if not chain:
        return "none"
    left, life = chain[0].not_valid_after - now(), chain[0].not_valid_after - chain[0].not_valid_before
    return "ended" if not _counts(chain) else "ending" if left < life / 3 else "good"
