"""WireGuard key pairs: one for each end of each link."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyops.estate.model import Estate

Keys = Mapping[str, Mapping[str, str]]
"""Link name -> site -> key, as WireGuard writes keys (base64 of 32 bytes)."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A Curve25519 pair; the private half is kept out of every repr."""

    private: str = field(repr=False)
    public: str


def new_pair() -> KeyPair:
    """A fresh pair, as `wg genkey` and `wg pubkey` make it (RFC 7748)."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    key = X25519PrivateKey.generate()
    return KeyPair(_text(key.private_bytes_raw()), _text(key.public_key().public_bytes_raw()))


def public_half(private: str) -> str:
    """The public key that belongs to a private one."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    key = X25519PrivateKey.from_private_bytes(base64.b64decode(private))
    return _text(key.public_key().public_bytes_raw())


def tunnel_keys(estate: Estate, private: Keys) -> dict[str, dict[str, KeyPair]]:
    """Pairs for every end of every link: new ones where one is missing; those of ends that are gone fall away."""
    return {
        link.id: {site: pair(private.get(link.id, {}).get(site)) for site in link.sites}
        for link in estate.links.values()
    }


def renewed(estate: Estate, private: Keys, link: str) -> dict[str, dict[str, KeyPair]]:
    """The same with both ends of one link made anew."""
    return tunnel_keys(estate, {name: ends for name, ends in private.items() if name != link})


def pair(private: str | None) -> KeyPair:
    """The pair of a private key that is known, or a new one."""
    return new_pair() if private is None else KeyPair(private, public_half(private))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
