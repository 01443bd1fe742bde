"""Recorded gateways: of hubs that there are, two ends each, with addresses that can be theirs."""

from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address

from pyops.estate.model import Estate
from pyops.estate.problems import Finding, Location, nearest

ENDS = 2
"""A hub's VPN gateway is two instances, both at work, each with a public and a peering address."""
AT: Location = ("azure", "gateways")


def check_gateways(estate: Estate, _today: date) -> Iterator[Finding]:
    """Regions without a hub, gateways without two ends, addresses on the wrong side of the hub or written twice."""
    seen: dict[IPv4Address, str] = {}
    for region, ends in estate.azure.gateways.items():
        hub = estate.azure.hubs.get(region)
        if hub is None:
            yield Finding((*AT, region), None, f"is no region with a hub{nearest(region, estate.azure.hubs)}")
            continue
        if len(ends) != ENDS:
            yield Finding((*AT, region), f"{len(ends)} ends", f"a hub's gateway has {ENDS}")
        for number, end in enumerate(ends):
            at = (*AT, region, number)
            if end.peering not in hub.prefix:
                yield Finding((*at, "peering"), end.peering, f"lies outside the hub's prefix {hub.prefix}")
            if end.public in hub.prefix:
                yield Finding(
                    (*at, "public"), end.public, f"lies in the hub's own prefix {hub.prefix}: it is not public"
                )
            for name, address in (("public", end.public), ("peering", end.peering)):
                here = f"{region}[{number}].{name}"
                first = seen.setdefault(address, here)
                if first != here:
                    yield Finding((*at, name), address, f"is {first} already")
