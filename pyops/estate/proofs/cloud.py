"""The way to Azure: every site reaches a hub, whichever one circuit, carrier or hub is lost."""

from collections.abc import Iterator

from pyops.estate.model import Estate
from pyops.estate.network import Site
from pyops.estate.proofs.claims import Proof, proved


def prove_hubs_reached(estate: Estate) -> Proof:
    """Every site with nothing lost, then without each of its circuits, each carrier and each hub."""
    claim = "every site has a tunnel to a hub, whichever one circuit, carrier or hub is lost"
    return proved("hubs", claim, _cases(estate))


def _cases(estate: Estate) -> Iterator[str | None]:
    hubs = _hubs(estate)
    sites = tuple(estate.sites.values())
    for site in sites:
        yield _case(site, "with nothing lost", set(site.circuits), hubs)
    for site in sites:
        for carrier in site.circuits:
            yield _case(site, f"without circuit {site.id}-{carrier}", {*site.circuits} - {carrier}, hubs)
    for carrier in estate.carriers:
        for site in sites:
            yield _case(site, f"without carrier {carrier}", {*site.circuits} - {carrier}, hubs)
    for hub in estate.azure.hubs:
        for site in sites:
            yield _case(site, f"without the hub of {hub}", set(site.circuits), hubs - {hub})


def _hubs(estate: Estate) -> set[str]:
    """Planned ones, until the first has been made: from then on a hub whose addresses are not recorded is no way."""
    return {hub for hub in estate.azure.hubs if not estate.azure.gateways or hub in estate.azure.gateways}


def _case(site: Site, when: str, carriers: set[str], hubs: set[str]) -> str | None:
    return None if carriers and hubs else f"{when} {site.id} has no tunnel to a hub"
