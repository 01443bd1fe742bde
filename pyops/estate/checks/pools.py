"""Pools: their servers fit into the zone, on addresses of their own."""

from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Address

from pyops.estate.hosts import pool_address
from pyops.estate.model import Estate
from pyops.estate.network import Site, Zone
from pyops.estate.problems import Finding
from pyops.estate.servers import Pool


def check_pools(estate: Estate, _today: date) -> Iterator[Finding]:
    """Pools without a first address, larger than their zone, on reserved or taken addresses; sites without a router."""
    yield from _gateways(estate)
    for pool in estate.pools.values():
        if pool.gateway and pool.first is not None:
            yield Finding(
                ("pools", pool.id, "first"),
                pool.first,
                "a gateway pool holds the zones' gateway addresses and has no first address",
            )
        if not pool.gateway and pool.first is None:
            yield Finding(
                ("pools", pool.id, "first"), None, "is missing: where in the zone's prefix the pool's addresses begin"
            )
        if pool.target > sum(pool.count.values()):
            yield Finding(
                ("pools", pool.id, "target"),
                pool.target,
                f"is more than the {sum(pool.count.values())} servers that the pool has",
            )
    for site in estate.sites.values():
        yield from _site(estate, site)


def _gateways(estate: Estate) -> Iterator[Finding]:
    gateways = [pool for pool in estate.pools.values() if pool.gateway]
    if len(gateways) != 1:
        yield Finding(
            ("pools",), f"{len(gateways)} gateway pools", "exactly one pool holds the sites' routers (gateway: true)"
        )
        return
    for site in estate.sites:
        if gateways[0].count.get(site, 0) != 1:
            at = ("pools", gateways[0].id, "count", site)
            yield Finding(at, gateways[0].count.get(site, 0), f"{site} needs exactly one router")


def _site(estate: Estate, site: Site) -> Iterator[Finding]:
    taken: dict[IPv4Address, str] = {}
    for pool in estate.pools.values():
        at = ("pools", pool.id, "count", site.id)
        if not pool.count.get(site.id):
            continue
        if pool.zone in site.zones and not pool.gateway and pool.first is not None:
            yield from _addresses(site.zones[pool.zone], pool, site.id, taken)
        elif pool.zone not in site.zones and pool.zone in estate.zones:
            yield Finding(at, pool.count[site.id], f"{site.id} has no zone {pool.zone}")


def _addresses(zone: Zone, pool: Pool, site: str, taken: dict[IPv4Address, str]) -> Iterator[Finding]:
    at = ("pools", pool.id, "count", site)
    for number in range(1, pool.count[site] + 1):
        address, name = pool_address(zone, pool, number), f"{site}-{pool.id}-{number:02}"
        if address is None or address > zone.out_of_band:
            rule = f"the pool is larger than its zone: {name} does not fit into {zone.prefix}"
            yield Finding(at, pool.count[site], rule)
            return
        if address == zone.out_of_band:
            rule = f"is reserved: the last usable address of {zone.id} is for out-of-band access, not for {name}"
            yield Finding(at, address, rule)
        if taken.setdefault(address, name) != name:
            yield Finding(at, address, f"would be the address of {name} and is already that of {taken[address]}")
