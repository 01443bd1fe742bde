"""A certificate with its key, and what it signs with: certificates and the list of those that are revoked."""

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certificate_authority.ledger import Ledger
from certificate_authority.place import now

_CLOCKS_DIFFER = timedelta(minutes=10)
Extensions = list[tuple[x509.ExtensionType, bool]]
"""Each with whether it is critical."""


@dataclass(frozen=True)
class Authority:
    """The root, or the issuer of this host."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    ledger: Ledger

    def sign(
        self, key: x509.CertificateSigningRequest, subject: x509.Name, days: int, added: Extensions
    ) -> x509.Certificate:
        """A certificate for a request's key, in the ledger before anybody has it. It never outlives the authority."""
        begin = now()
        end = min(begin + timedelta(days=days), self.certificate.not_valid_after)
        built = (
            x509.CertificateBuilder(self.certificate.subject, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(begin - _CLOCKS_DIFFER)
            .not_valid_after(end)
        )
        by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        identifiers: Extensions = [(by, False), (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)]
        for extension, is_critical in [*identifiers, *added]:
            built = built.add_extension(extension, is_critical)
        signed = built.sign(self.key, hashes.SHA384())
        self.ledger.record(signed)
        return signed

    def revoked(self, days: int) -> x509.CertificateRevocationList:
        """The list as it stands, valid for some days."""
        begin = now()
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(begin - _CLOCKS_DIFFER)
            .next_update(begin + timedelta(days=days))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
            .add_extension(x509.CRLNumber(int(begin.timestamp())), False)
        )
        for entry in self.ledger.entries():
            if entry.revoked and entry.until > begin:
                row = x509.RevokedCertificateBuilder().serial_number(entry.serial).revocation_date(entry.revoked)
                built = built.add_revoked_certificate(row.build())
        return built.sign(self.key, hashes.SHA384())
