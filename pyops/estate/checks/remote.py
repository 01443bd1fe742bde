"""Staff away from a desk: a gateway at each site, groups and services that are there, addresses of nobody else."""

from collections.abc import Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.network import Scope
from pyops.estate.problems import Finding, Location, each_unknown, unknown
from pyops.estate.remote import StaffAccess
from pyops.estate.servers import Pool

_AT: Location = ("staff_access",)


def check_staff_access(estate: Estate, _today: date) -> Iterator[Finding]:
    """Unknown names, sites with half of it, services that no flow carries, addresses or ports of others."""
    access = estate.staff_access
    if access is None:
        return
    yield from each_unknown("group", (*_AT, "groups"), access.groups, estate.directory.groups)
    yield from _ports(estate, access)
    yield from _prefixes(estate, access)
    yield from unknown("pool", (*_AT, "pool"), access.pool, estate.pools)
    if pool := estate.pools.get(access.pool):
        yield from _pool(estate, access, pool)
        yield from _services(estate, access, pool)


def _ports(estate: Estate, access: StaffAccess) -> Iterator[Finding]:
    for link in estate.links.values():
        if link.port == access.port:
            yield Finding((*_AT, "port"), access.port, f"is the port of link {link.id} on the same circuits")


def _prefixes(estate: Estate, access: StaffAccess) -> Iterator[Finding]:
    for name, prefix in access.prefixes.items():
        at, site = (*_AT, "prefixes", name), estate.sites.get(name)
        yield from unknown("site", at, name, estate.sites)
        if site is None:
            continue
        if not prefix.subnet_of(site.supernet):
            yield Finding(at, prefix, f"lies outside of the supernet of {name}, {site.supernet}")
        for zone in site.zones.values():
            if prefix.overlaps(zone.prefix):
                yield Finding(at, prefix, f"overlaps the zone {zone.id} of {name}, {zone.prefix}")
        if site.routing.loopback in prefix:
            yield Finding(at, prefix, f"holds the loopback of {name}, {site.routing.loopback}")


def _pool(estate: Estate, access: StaffAccess, pool: Pool) -> Iterator[Finding]:
    if not any(pool.id in group.reaches for group in estate.directory.groups.values()):
        rule = "no group may log in there, so its hosts are no members of the directory, which they have to ask"
        yield Finding((*_AT, "pool"), pool.id, rule)
    for site in estate.sites:
        if bool(pool.count.get(site)) != (site in access.prefixes):
            rule = (
                f"has a server of pool {pool.id}, but no addresses for devices"
                if pool.count.get(site)
                else f"has addresses for devices, but no server of pool {pool.id}"
            )
            yield Finding((*_AT, "prefixes", site), None, rule)


def _services(estate: Estate, access: StaffAccess, pool: Pool) -> Iterator[Finding]:
    carried = {
        service
        for flow in estate.flows
        if (flow.source, flow.destination, flow.scope) == (pool.zone, pool.zone, Scope.ALL)
        for service in flow.services
    }
    for number, service in enumerate(access.services):
        at = (*_AT, "services", number)
        yield from unknown("service", at, service, estate.services)
        if service in estate.services and service not in carried:
            rule = f"no flow from {pool.zone} to {pool.zone} at all sites has it, so routers would refuse it"
            yield Finding(at, service, rule)
