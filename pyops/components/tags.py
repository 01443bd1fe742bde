"""Tags: whose a resource is, in the words of the estate."""

from pyops.estate import Estate
from pyops.estate.network import Site


def site_tags(estate: Estate, site: Site, **more: str) -> dict[str, str]:
    """Tags of a resource that belongs to a site."""
    return {"estate": estate.name, "partner": site.partner, "site": site.id, **more}
