"""Sign-on: desks still have a controller of the directory, whichever one thing is lost."""

from collections.abc import Iterator

from pyops.estate.hosts import Server
from pyops.estate.model import Estate
from pyops.estate.proofs.claims import Proof, proved
from pyops.estate.reachability import allowed, ports
from pyops.estate.resilience import Kind, Loss, losses, prove

_NEEDED = ("53/udp", "88/tcp", "389/tcp")
"""Names, tickets and accounts (RFC 1035, 4120, 4511): without any of them nobody logs in."""
_SMALLEST_FIRST = (Kind.PATH, Kind.CIRCUIT, Kind.CARRIER, Kind.SITE)


def prove_sign_on(estate: Estate) -> Proof:
    """Every site that is left, with nothing lost and without each thing that can be lost on its own."""
    claim = "desks of every site that is left reach a controller, whichever one path, circuit, carrier or site is lost"
    return proved("sign_on", claim, _cases(estate))


def _cases(estate: Estate) -> Iterator[str | None]:
    controllers = [server for server in estate.servers if server.pool.id == estate.directory.pool]
    single = sorted(losses(estate), key=lambda one: _SMALLEST_FIRST.index(one.kind))
    for lost in ((), *((one,) for one in single)):
        when = f"without {lost[0].kind} {lost[0].name}" if lost else "with nothing lost"
        reached = _reached(estate, lost)
        for site, others in reached.items():
            has_one = any(one.site in (site, *others) and _is_open(estate, site, one) for one in controllers)
            yield None if has_one else f"{when} desks at {site} reach no controller"


def _reached(estate: Estate, lost: tuple[Loss, ...]) -> dict[str, list[str]]:
    """The sites that each site with a zone for desks still reaches."""
    pairs = [reach.sites for reach in prove(estate, lost).reach if reach.reached]
    gone = {one.name for one in lost if one.kind is Kind.SITE}
    return {
        site.id: [other for pair in pairs if site.id in pair for other in pair]
        for site in estate.sites.values()
        if site.id not in gone and estate.desktops.zone in site.zones
    }


def _is_open(estate: Estate, site: str, controller: Server) -> bool:
    services = allowed(estate, site, estate.desktops.zone, controller.site, controller.zone)
    opened = {str(port) for port in ports(estate, services)}
    return opened.issuperset(_NEEDED)
