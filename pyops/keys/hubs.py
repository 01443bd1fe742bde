"""Shared keys of the tunnels between sites and hubs: symmetric, so Azure and the site's router hold the same one."""

import secrets
from collections.abc import Mapping

from pyops.estate.azure import hub_tunnels
from pyops.estate.model import Estate

_BYTES = 32
"""256 bits, written as 64 hexadecimal digits: plain ASCII, well within the 128 characters that Azure takes."""


def hub_keys(estate: Estate, known: Mapping[str, str]) -> dict[str, str]:
    """A key for every tunnel: new ones where one is missing; those of tunnels that are gone fall away."""
    return {name: known.get(name) or secrets.token_hex(_BYTES) for name in hub_tunnels(estate)}
