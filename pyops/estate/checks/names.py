"""Every name that the file uses must be one that it defines."""

from collections.abc import Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.problems import Finding, each_unknown, unknown


def check_names(estate: Estate, _today: date) -> Iterator[Finding]:
    """Partners, sites, zones, images, pools, services, rings and regions that are named but not there."""
    yield from _site_names(estate)
    yield from _flow_names(estate)
    yield from _pool_names(estate)
    yield from _service_names(estate)
    yield from _cloud_names(estate)


def _site_names(estate: Estate) -> Iterator[Finding]:
    for site in estate.sites.values():
        at = ("sites", site.id)
        yield from unknown("partner", (*at, "partner"), site.partner, estate.partners)
        yield from unknown("region", (*at, "region"), site.region, estate.azure.regions)
    for link in estate.links.values():
        for number, end in enumerate(link.sites):
            yield from unknown("site", ("links", link.id, "sites", number), end, estate.sites)
        yield from unknown("carrier", ("links", link.id, "carrier"), link.carrier, estate.carriers)


def _flow_names(estate: Estate) -> Iterator[Finding]:
    zones = estate.zones
    for number, flow in enumerate(estate.flows):
        yield from unknown("zone", ("flows", number, "from"), flow.source, zones)
        yield from unknown("zone", ("flows", number, "to"), flow.destination, zones)
        yield from each_unknown("service", ("flows", number, "services"), flow.services, estate.services)


def _pool_names(estate: Estate) -> Iterator[Finding]:
    zones = estate.zones
    for pool in estate.pools.values():
        at = ("pools", pool.id)
        yield from unknown("image", (*at, "image"), pool.image, estate.images)
        yield from unknown("zone", (*at, "zone"), pool.zone, zones)
        yield from unknown("ring", (*at, "ring"), pool.ring, estate.patches.rings)
        if pool.backup is not None:
            yield from unknown("backup policy", (*at, "backup"), pool.backup, estate.backups.policies)
        for site in pool.count:
            yield from unknown("site", (*at, "count", site), site, estate.sites)
    yield from unknown("image", ("desktops", "image"), estate.desktops.image, estate.images)
    yield from unknown("zone", ("desktops", "zone"), estate.desktops.zone, zones)
    yield from unknown("pool", ("directory", "pool"), estate.directory.pool, estate.pools)


def _service_names(estate: Estate) -> Iterator[Finding]:
    for site in estate.patches.window.days:
        yield from unknown("site", ("patches", "window", "days", site), site, estate.sites)
    for system in estate.systems.values():
        at = ("systems", system.id)
        yield from each_unknown("pool", (*at, "pools"), system.pools, estate.pools)
        yield from unknown("backup policy", (*at, "backup"), system.backup, estate.backups.policies)
        for partner in system.alignment:
            yield from unknown("partner", (*at, "alignment", partner), partner, estate.partners)
        for number, deviation in enumerate(system.deviations):
            yield from unknown("partner", (*at, "deviations", number, "partner"), deviation.partner, estate.partners)
            yield from unknown("partner", (*at, "deviations", number, "owner"), deviation.owner, estate.partners)


def _cloud_names(estate: Estate) -> Iterator[Finding]:
    yield from unknown("partner", ("azure", "owner"), estate.azure.owner, estate.partners)
    for region in estate.azure.hubs:
        yield from unknown("region", ("azure", "hubs", region), region, estate.azure.regions)
    for number, exemption in enumerate(estate.exemptions):
        yield from unknown("partner", ("exemptions", number, "owner"), exemption.owner, estate.partners)
