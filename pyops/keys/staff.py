"""WireGuard keys of the gateways of staff's devices: one a site, kept when a gateway is rebuilt."""

from collections.abc import Mapping

from pyops.estate.model import Estate
from pyops.keys.tunnels import KeyPair, pair


def staff_access_keys(estate: Estate, private: Mapping[str, str]) -> dict[str, KeyPair]:
    """Pairs by site: new ones where one is missing; those of sites without a gateway fall away."""
    access = estate.staff_access
    return {site: pair(private.get(site)) for site in access.prefixes} if access else {}
