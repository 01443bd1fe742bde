"""What the web sign-on needs to know: each web system's provider, and which systems believe a provider."""

from typing import Any

from pyops.estate.hosts import Server
from pyops.estate.model import Estate

Variables = dict[str, Any]
PROVIDERS = "signon"
"""The pool of the providers, as the playbooks name it."""
_GUARDED = ".sign-on"
"""Below a system's address: what its guard (role web_guard) answers itself."""


def web_variables(estate: Estate) -> Variables:
    """What is true for every host: the web systems, as every provider knows them."""
    return {
        "estate_relying_parties": [_party(estate, server) for server in estate.servers if _is_guarded(estate, server)]
    }


def guarded_variables(estate: Estate, server: Server) -> Variables:
    """What is true for a server of a business system: its provider, the site's own where it has one."""
    providers = sorted(
        (one for one in estate.servers if one.pool.id == PROVIDERS), key=lambda provider: provider.site != server.site
    )
    if not (providers and _is_guarded(estate, server)):
        return {}
    provider = f"https://{_name(estate, providers[0])}/"
    return {"estate_web": {"name": _name(estate, server), "provider": provider, "client": server.name}}


def _party(estate: Estate, server: Server) -> Variables:
    address = f"https://{_name(estate, server)}/{_GUARDED}"
    return {
        "id": server.name,
        "name": _name(estate, server),
        "redirect_uris": [f"{address}/return"],
        "logout_uri": f"{address}/return?logout=get",
        "logout_redirect_uris": [f"{address}/goodbye"],
    }


def _is_guarded(estate: Estate, server: Server) -> bool:
    return any(server.pool.id in system.pools for system in estate.systems.values())


def _name(estate: Estate, server: Server) -> str:
    return f"{server.name}.{estate.domain}"
