"""Where in the estate a planned resource comes from, and the names that an exemption may call it by."""

import re
from collections.abc import Iterator, Mapping

from pyops.estate import Estate
from pyops.estate.problems import Location
from pyops.policies.planned import Planned

_HOST = re.compile(r"[a-z][a-z0-9]*-[a-z][a-z0-9]*-\d\d")
_WHOLE_STACK: Mapping[str, Location] = {
    "network": ("azure",),
    "server_pool": ("pools",),
    "backup_replication": ("backups",),
}


class Origins:
    """Answers for the resources of one plan: what belongs to what is told by the components around it and by tags."""

    def __init__(self, estate: Estate, plan: tuple[Planned, ...]) -> None:
        self._estate = estate
        self._by_urn = {resource.urn: resource for resource in plan}
        self._servers = {server.name: server for server in estate.servers}

    def location(self, resource: Planned) -> Location:
        """The narrowest place in the estate file that a resource follows from."""
        named = self._named(resource)
        site, pool = named.get("site", ""), named.get("pool", "")
        if pool:
            return ("pools", pool, "count", site) if site in self._estate.pools[pool].count else ("pools", pool)
        if site:
            return ("sites", site, *self._within(resource, site))
        if region := named.get("hub"):
            return ("azure", "hubs", region)
        return _WHOLE_STACK.get(resource.stack, ())

    def names(self, resource: Planned) -> set[str]:
        """Its own name, its server's, pool's and site's, and its region."""
        region = resource.inputs.get("location")
        own = {resource.name, *self._named(resource).values()}
        return {*own, region} if isinstance(region, str) else own

    def _named(self, resource: Planned) -> dict[str, str]:
        """The server, pool, site and hub that a resource belongs to, as far as it does."""
        found: dict[str, str] = {}
        if (host := _HOST.search(resource.name)) and (server := self._servers.get(host[0])):
            found |= {"server": server.name, "pool": server.pool.id, "site": server.site}
        for kind, known in (("pool", self._estate.pools), ("site", self._estate.sites)):
            tag = resource.tags.get(kind)
            if tag in known:
                found.setdefault(kind, str(tag))
        for kind, name in self._around(resource):
            found.setdefault(kind, name)
        return found

    def _around(self, resource: Planned) -> Iterator[tuple[str, str]]:
        """What the components around a resource stand for, the nearest first; each is named after it."""
        parent = self._by_urn.get(resource.parent)
        while parent is not None:
            if parent.type == "pyops:servers:ServerPool":
                yield "pool", parent.name
            elif parent.name in self._estate.sites:
                yield "site", parent.name
            elif parent.name in self._estate.azure.hubs:
                yield "hub", parent.name
            parent = self._by_urn.get(parent.parent)

    def _within(self, resource: Planned, site: str) -> tuple[str, ...]:
        for tag, known in (("zone", self._estate.sites[site].zones), ("circuit", self._estate.sites[site].circuits)):
            name = resource.tags.get(tag)
            if name in known:
                return (f"{tag}s", str(name))
        return ()
