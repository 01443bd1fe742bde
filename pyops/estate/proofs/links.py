"""Links: the sites reach each other, whichever one path, circuit, carrier or site is lost."""

from collections.abc import Iterator

from pyops.estate.model import Estate
from pyops.estate.proofs.claims import Proof, proved
from pyops.estate.resilience import Kind, losses, prove

_SMALLEST_FIRST = (Kind.PATH, Kind.CIRCUIT, Kind.CARRIER, Kind.SITE)


def prove_links(estate: Estate) -> Proof:
    """Every pair of sites that is left, with nothing lost and without each thing that can be lost on its own."""
    claim = "all sites that are left reach each other, whichever one path, circuit, carrier or site is lost"
    return proved("links", claim, _cases(estate))


def _cases(estate: Estate) -> Iterator[str | None]:
    single = sorted(losses(estate), key=lambda one: _SMALLEST_FIRST.index(one.kind))
    for lost in ((), *((one,) for one in single)):
        when = f"without {lost[0].kind} {lost[0].name}" if lost else "with nothing lost"
        for reach in prove(estate, lost).reach:
            yield None if reach.reached else f"{when} {' and '.join(reach.sites)} do not reach each other"
