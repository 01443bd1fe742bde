"""Certificates of a host: PEM text as what expires when."""

import re
from functools import lru_cache

from pyops.fleet.facts import Certificate

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_FIRST_MANY = 20


def certificate(section: str) -> tuple[Certificate, ...]:
    """The certificates of one file: its path in the first line, then what it holds; a chain has several."""
    path, _, text = section.partition("\n")
    found = _PEM.findall(text)[:_FIRST_MANY]
    if not found:
        said = " ".join(text.split())
        return (Certificate(path, "", None, said[:200] or "holds no certificate"),)
    return tuple(_read(path, pem) for pem in found)


@lru_cache(maxsize=1024)
def _read(path: str, pem: str) -> Certificate:
    # Imported here: most fleets' hosts have no certificate of their own, and it takes long.
    from cryptography.x509 import load_pem_x509_certificate

    try:
        made = load_pem_x509_certificate(pem.encode())
        return Certificate(path, made.subject.rfc4514_string(), made.not_valid_after_utc)
    except ValueError as error:
        return Certificate(path, "", None, f"is not a certificate: {str(error).splitlines()[0][:150]}")
