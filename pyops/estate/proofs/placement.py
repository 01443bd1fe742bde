"""Placement: each pool keeps its target, whichever site is lost."""

from collections.abc import Iterator

from pyops.estate.model import Estate
from pyops.estate.proofs.claims import Proof, proved
from pyops.estate.resilience import Kind, Loss, prove


def prove_placement(estate: Estate) -> Proof:
    """Every pool with nothing lost, then without each site."""
    return proved("placement", "each pool meets its target, whichever one site is lost", _cases(estate))


def _cases(estate: Estate) -> Iterator[str | None]:
    yield from pools_left(estate, (), "with nothing lost")
    for site in estate.sites:
        yield from pools_left(estate, (site,), f"without {site}")


def pools_left(estate: Estate, sites: tuple[str, ...], when: str) -> Iterator[str | None]:
    """One case a pool, when these sites are lost at once; `when` says so in words."""
    for left in prove(estate, [Loss(Kind.SITE, site) for site in sites]).pools:
        have = f"{len(left.servers)} server{'s' if len(left.servers) != 1 else ''}"
        yield None if left.met else f"{when} the pool {left.pool} has {have} of its target {left.target}"
