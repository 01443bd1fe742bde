"""What a request must be before anything is signed."""

import re
from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certificate_authority.errors import Refused

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_CURVES = ("secp256r1", "secp384r1")
_RSA_BITS = 3072  # at least, as NIST SP 800-57 has it for use after 2030
_ASKED = {x509.SubjectAlternativeName.oid}


def read_request(text: str) -> x509.CertificateSigningRequest:
    """A request that is signed by its own key; raises Refused."""
    try:
        asked = x509.load_pem_x509_csr(text.encode())
    except ValueError:
        raise Refused("request: something else, it is wanted as PEM (PKCS 10)") from None
    if not asked.is_signature_valid:
        raise Refused("request: not signed by its own key, it was changed or is somebody else's")
    return asked


def check_request(
    asked: x509.CertificateSigningRequest, allowed: Sequence[str], domains: Sequence[str], days: int, longest: int
) -> list[str]:
    """The names to be signed; raises Refused where the request or the caller breaks a rule."""
    check_key(asked.public_key())
    check_names(allowed, domains)
    if not 1 <= days <= longest:
        raise Refused(f"days: {days}, a certificate counts for 1 to {longest} days")
    names = _names(asked)
    if sorted(names) != sorted(set(allowed)):
        raise Refused(f"request: for {_list(names)}, exactly {_list(allowed)} may be asked for")
    return names


def check_key(key: object) -> None:
    """Raises Refused where it is of a kind that this authority does not sign."""
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _RSA_BITS:
        return
    given = f"RSA with {key.key_size} bits" if isinstance(key, rsa.RSAPublicKey) else _kind(key)
    raise Refused(f"request: its key is {given}, it is P-256, P-384 or RSA with {_RSA_BITS} bits at least")


def check_names(names: Iterable[str], domains: Sequence[str]) -> None:
    """Raises Refused for the first that is not a full name within the domains."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise Refused(f"names: {name}, a full name in small letters is wanted, as in web-01.{domains[0]}")
        if not any(name == domain or name.endswith(f".{domain}") for domain in domains):
            raise Refused(f"names: {name}, this authority signs within {_list(domains)} alone")


def _names(asked: x509.CertificateSigningRequest) -> list[str]:
    """The names of a request that asks for names and for nothing else."""
    if more := [extension.oid for extension in asked.extensions if extension.oid not in _ASKED]:
        raise Refused(f"request: asks for {more[0].dotted_string}, it may ask for names (SAN) and nothing else")
    try:
        given = asked.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise Refused("request: without names (SAN), it must have some") from None
    if other := [name for name in given if not isinstance(name, x509.DNSName)]:
        raise Refused(f"request: for {other[0].value}, only DNS names are signed")
    return given.get_values_for_type(x509.DNSName)


def _kind(key: object) -> str:
    return key.curve.name if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__.strip("_")


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no name"
