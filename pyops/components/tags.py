"""Tags: whose a resource is, who pays for it and what it serves, in the words of the estate."""

from pyops.estate import Estate
from pyops.estate.hosts import Server
from pyops.estate.network import Site

PLATFORM = "platform"
"""The system of what serves no business system more than another."""


def shared_tags(estate: Estate, **more: str) -> dict[str, str]:
    """Tags of a resource that all sites share."""
    owner = estate.azure.owner
    return {"estate": estate.name, "partner": owner, "cost-owner": owner, "system": PLATFORM, **more}


def site_tags(estate: Estate, site: Site, **more: str) -> dict[str, str]:
    """Tags of a resource that belongs to a site."""
    whose = {"estate": estate.name, "partner": site.partner, "cost-owner": site.partner}
    return {**whose, "system": PLATFORM, "site": site.id, **more}


def server_tags(estate: Estate, server: Server, **more: str) -> dict[str, str]:
    """Tags of a resource that belongs to a server: its system is every business system on its pool."""
    system = " ".join(estate.systems_on(server.pool.id)) or PLATFORM
    return site_tags(estate, estate.sites[server.site], system=system, pool=server.pool.id, **more)
