"""What the web sign-on needs to know: a provider's account and who believes it, a web system's provider."""

from typing import Any

from pyops.estate.hosts import Server
from pyops.estate.model import Estate
from pyops.estate.service import SignOn

Variables = dict[str, Any]
_GUARDED = ".sign-on"
"""Below a system's address: what its guard (role web_guard) answers itself."""


def web_variables(estate: Estate) -> Variables:
    """What is true for every host: the web systems, as every provider knows them."""
    guarded = ((server, _terms(estate, server)) for server in estate.servers if estate.providers)
    return {"estate_relying_parties": [_party(estate, server, terms) for server, terms in guarded if terms]}


def server_web_variables(estate: Estate, server: Server) -> Variables:
    """What is true for a provider, its account; and for a server of a business system, its provider."""
    variables: Variables = {}
    if server in estate.providers:
        variables["estate_provider"] = {"account": estate.directory.account_of(estate.web_service(server))}
    if estate.providers and _terms(estate, server):
        # The site's own where it has one.
        nearest = min(estate.providers, key=lambda provider: provider.site != server.site)
        address = f"https://{estate.full_name(nearest)}/"
        variables["estate_web"] = {"name": estate.full_name(server), "provider": address, "client": server.name}
    return variables


def _party(estate: Estate, server: Server, terms: SignOn) -> Variables:
    address = f"https://{estate.full_name(server)}/{_GUARDED}"
    return {
        "id": server.name,
        "name": estate.full_name(server),
        "redirect_uris": [f"{address}/return"],
        "logout_uri": f"{address}/return?logout=get",
        "logout_redirect_uris": [f"{address}/goodbye"],
        **terms.model_dump(mode="json"),
    }


def _terms(estate: Estate, server: Server) -> SignOn | None:
    """What systems ask of whoever comes to a server; systems on one pool ask the same."""
    systems = (system for system in estate.systems.values() if server.pool.id in system.pools)
    return next((system.sign_on for system in systems), None)
