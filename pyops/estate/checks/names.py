"""Every name that the file uses must be one that it defines."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.problems import Finding, Location, a, nearest


def check_names(estate: Estate, _today: date) -> Iterator[Finding]:
    """Partners, sites, zones, images, pools, services, rings and regions that are named but not there."""
    for what, at, name, known in _uses(estate):
        if name not in known:
            yield Finding(at, name, f"is not {a(what)} of this estate{nearest(name, known)}")


Use = tuple[str, Location, str, Collection[str]]


def _uses(estate: Estate) -> Iterator[Use]:
    yield from _site_uses(estate)
    yield from _flow_uses(estate)
    yield from _pool_uses(estate)
    yield from _service_uses(estate)
    yield from _cloud_uses(estate)


def _site_uses(estate: Estate) -> Iterator[Use]:
    for site in estate.sites.values():
        at = ("sites", site.id)
        yield "partner", (*at, "partner"), site.partner, estate.partners
        yield "region", (*at, "region"), site.region, estate.azure.regions
    for link in estate.links.values():
        for number, end in enumerate(link.sites):
            yield "site", ("links", link.id, "sites", number), end, estate.sites
        yield "carrier", ("links", link.id, "carrier"), link.carrier, estate.carriers


def _flow_uses(estate: Estate) -> Iterator[Use]:
    zones = estate.zones
    for number, flow in enumerate(estate.flows):
        yield "zone", ("flows", number, "from"), flow.source, zones
        yield "zone", ("flows", number, "to"), flow.destination, zones
        yield from _each("service", ("flows", number, "services"), flow.services, estate.services)


def _pool_uses(estate: Estate) -> Iterator[Use]:
    zones = estate.zones
    for pool in estate.pools.values():
        at = ("pools", pool.id)
        yield "image", (*at, "image"), pool.image, estate.images
        yield "zone", (*at, "zone"), pool.zone, zones
        yield "ring", (*at, "ring"), pool.ring, estate.patches.rings
        if pool.backup is not None:
            yield "backup policy", (*at, "backup"), pool.backup, estate.backups.policies
        for site in pool.count:
            yield "site", (*at, "count", site), site, estate.sites
    yield "image", ("desktops", "image"), estate.desktops.image, estate.images
    yield "zone", ("desktops", "zone"), estate.desktops.zone, zones
    yield "pool", ("directory", "pool"), estate.directory.pool, estate.pools


def _service_uses(estate: Estate) -> Iterator[Use]:
    for site in estate.patches.window.days:
        yield "site", ("patches", "window", "days", site), site, estate.sites
    for system in estate.systems.values():
        at = ("systems", system.id)
        yield from _each("pool", (*at, "pools"), system.pools, estate.pools)
        yield "backup policy", (*at, "backup"), system.backup, estate.backups.policies
        for partner in system.alignment:
            yield "partner", (*at, "alignment", partner), partner, estate.partners
        for number, deviation in enumerate(system.deviations):
            yield "partner", (*at, "deviations", number, "partner"), deviation.partner, estate.partners
            yield "partner", (*at, "deviations", number, "owner"), deviation.owner, estate.partners


def _cloud_uses(estate: Estate) -> Iterator[Use]:
    yield "partner", ("azure", "owner"), estate.azure.owner, estate.partners
    for region in estate.azure.hubs:
        yield "region", ("azure", "hubs", region), region, estate.azure.regions
    for number, exemption in enumerate(estate.exemptions):
        yield "partner", ("exemptions", number, "owner"), exemption.owner, estate.partners


def _each(what: str, at: Location, names: Iterable[str], known: Collection[str]) -> Iterator[Use]:
    for number, name in enumerate(names):
        yield what, (*at, number), name, known
