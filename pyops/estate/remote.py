"""Staff away from their desks: devices that come in from anywhere by WireGuard, for as long as an account says so."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field

from pyops.estate.base import Part
from pyops.estate.texts import Name, refusal
from pyops.estate.values import Prefix, Whole

SMALLEST_RANGE = 24
"""Prefix length: a device's address follows from its key alone, and in a small range two would share one."""


def _range(prefix: IPv4Network) -> IPv4Network:
    if prefix.prefixlen > SMALLEST_RANGE:
        raise refusal(f"is too small for devices: /{SMALLEST_RANGE} at least")
    return prefix


class StaffAccess(Part):
    """Each site's way in for devices of staff, by its own gateway; devices come with that gateway's address."""

    pool: Name
    """The gateways: of each site the first one's port is open on the site's circuits."""
    port: Annotated[Whole, Field(ge=1024, le=65535)] = 51820
    """The UDP port on the circuits that devices speak to."""
    groups: Annotated[tuple[Name, ...], Field(min_length=1)]
    """The roles whose people's devices come in."""
    services: Annotated[tuple[Name, ...], Field(min_length=1)]
    """What devices open on hosts of the gateways' zone, at all sites."""
    prefixes: Annotated[Mapping[Name, Annotated[Prefix, AfterValidator(_range)]], Field(min_length=1)]
    """The addresses of devices inside the tunnel, by site; known to the site's gateway alone."""
