"""Who may talk to whom: the matrix of zones that follows from `flows`.

A flow of scope `all` holds between any two sites and within each; one of scope `site` only within a site. Hosts in
one zone of one site talk past the router, so freely; the same zone at another site is another network: flows decide.
"""

import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pyops.estate.model import Estate
from pyops.estate.network import Scope, ServicePort


@dataclass(frozen=True, slots=True)
class Passage:
    """What hosts of one zone at one site may open on hosts of another."""

    from_site: str
    from_zone: str
    to_site: str
    to_zone: str
    services: tuple[str, ...]

    @property
    def free(self) -> bool:
        """Whether the two are one network, in which no router stands between hosts."""
        return (self.from_site, self.from_zone) == (self.to_site, self.to_zone)

    def as_dict(self, estate: Estate) -> dict[str, Any]:
        """Plain data with stable keys, with the ports that the services open."""
        return {**asdict(self), "ports": [str(port) for port in ports(estate, self.services)], "free": self.free}


@dataclass(frozen=True, slots=True)
class ZonePair:
    """The same for every site at once: what is allowed within a site, and what between two sites."""

    from_zone: str
    to_zone: str
    within: tuple[str, ...]
    between: tuple[str, ...]

    @property
    def free(self) -> bool:
        """Whether hosts of one site talk freely here: within a zone no router stands between them."""
        return self.from_zone == self.to_zone

    def as_dict(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        return {**asdict(self), "free": self.free}


def allowed(estate: Estate, from_site: str, from_zone: str, to_site: str, to_zone: str) -> tuple[str, ...]:
    """The services that flows allow, in the order of the estate's services; all of them within one zone of one site."""
    if (from_site, from_zone) == (to_site, to_zone):
        return tuple(estate.services)
    return _services(estate, from_zone, to_zone, within=from_site == to_site)


def ports(estate: Estate, services: tuple[str, ...]) -> tuple[ServicePort, ...]:
    """What these services open, each port once."""
    return tuple(dict.fromkeys(itertools.chain.from_iterable(estate.services[name] for name in services)))


def passages(estate: Estate) -> tuple[Passage, ...]:
    """The whole matrix, site by site, for the zones that each site has."""
    places = [(site.id, zone) for site in estate.sites.values() for zone in site.zones]
    return tuple(Passage(*start, *end, allowed(estate, *start, *end)) for start in places for end in places)


def zone_pairs(estate: Estate) -> Iterator[ZonePair]:
    """The matrix of zones, in the sites' order."""
    for start, end in itertools.product(estate.zones, repeat=2):
        within = tuple(estate.services) if start == end else _services(estate, start, end, within=True)
        yield ZonePair(start, end, within, _services(estate, start, end, within=False))


def reaches_spokes(estate: Estate, site: str) -> tuple[str, ...]:
    """The zones of a site whose hosts may ask the spokes' resolvers for names and open https on private endpoints.

    Those are the zones with servers: servers are watched and backed up over private endpoints, desks use none.
    """
    with_servers = {server.zone for server in estate.servers if server.site == site}
    return tuple(zone for zone in estate.sites[site].zones if zone in with_servers)


def _services(estate: Estate, start: str, end: str, *, within: bool) -> tuple[str, ...]:
    named = {
        service
        for flow in estate.flows
        if (flow.source, flow.destination) == (start, end) and (within or flow.scope is Scope.ALL)
        for service in flow.services
    }
    return tuple(service for service in estate.services if service in named)
