"""The root: made once, its key encrypted, used to sign issuers and to take them back, and for nothing else."""

import ipaddress
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificate_authority.authority import Authority, Extensions
from certificate_authority.errors import Refused
from certificate_authority.ledger import Ledger
from certificate_authority.place import PEM, make_key, now, read_certificates, read_key, write
from certificate_authority.policy import check_key, read_request
from certificate_authority.settings import Settings

_SHORTEST_PASSPHRASE = 16
_SIGNS_CERTIFICATES = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
_EVERY_ADDRESS = ("0.0.0.0/0", "::/0")


def make_root(settings: Settings, passphrase: str) -> bool:
    """Make the root where there is none; whether it was made. With its certificate, written last, it is there."""
    file = settings.folder / "root.pem"
    if file.exists():
        return False
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        raise Refused(f"passphrase: of {len(passphrase)} characters, the root's has {_SHORTEST_PASSPHRASE} at least")
    key = make_key(settings.folder / "root.key", passphrase.encode())
    name = _subject(settings, "root")
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(minutes=10))
        .not_valid_after(now() + timedelta(days=settings.root_days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), True)
        .add_extension(_SIGNS_CERTIFICATES, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
    write(file, built.sign(key, hashes.SHA384()).public_bytes(PEM))
    return True


def sign_issuer(settings: Settings, passphrase: str, name: str, request: str) -> bytes:
    """The certificate of an issuer and the root's after it, PEM."""
    asked = read_request(request)
    check_key(asked.public_key())
    root = _opened(settings, passphrase)
    signed = root.sign(asked, _subject(settings, name), settings.issuer_days, _issuer_extensions(settings))
    return signed.public_bytes(PEM) + root.certificate.public_bytes(PEM)


def revoke_issuer(settings: Settings, what: str, passphrase: str) -> list[str]:
    """Take issuers back; the root's own list is written anew."""
    root = _opened(settings, passphrase)
    done = root.ledger.revoke(what)
    write(settings.folder / "root-revoked.pem", root.revoked(settings.issuer_days).public_bytes(PEM))
    return [f"{entry.serial:x}" for entry in done]


def _opened(settings: Settings, passphrase: str) -> Authority:
    file = settings.folder / "root.pem"
    if not file.exists():
        raise Refused(f"{file}: is not there, the root is kept on another host or was never made")
    key = read_key(settings.folder / "root.key", passphrase.encode())
    (certificate,) = read_certificates(file.read_bytes(), str(file))
    return Authority(certificate, key, Ledger(settings.folder / "root-ledger.jsonl"))


def _subject(settings: Settings, name: str) -> x509.Name:
    parts = {NameOID.ORGANIZATION_NAME: settings.service, NameOID.COMMON_NAME: f"{settings.service} {name}"[:64]}
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts.items()])


def _issuer_extensions(settings: Settings) -> Extensions:
    """Who steals an issuer's key still cannot sign for other domains, for addresses, for people or for programs."""
    domains = [x509.DNSName(domain) for domain in settings.domains]
    addresses = [x509.IPAddress(ipaddress.ip_network(every)) for every in _EVERY_ADDRESS]
    return [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_SIGNS_CERTIFICATES, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.NameConstraints(domains, addresses), True),
    ]
