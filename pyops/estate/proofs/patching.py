"""Patching: a window takes out no more than the service can spare, no host is patched too late or has no mirror."""

from collections.abc import Iterator
from datetime import date, timedelta

from pyops.estate.model import Estate
from pyops.estate.patches import Weekday
from pyops.estate.proofs.claims import Proof, proved
from pyops.estate.proofs.placement import pools_left
from pyops.estate.reachability import allowed, ports
from pyops.estate.spoken import duration

_A_MONDAY = date(2026, 11, 9)
_MIRRORS_PORT = "80/tcp"


def prove_patch_days(estate: Estate) -> Proof:
    """Every pool on every day on which some site is patched."""
    claim = "each pool meets its target while all sites that are patched on one day are out"
    return proved("patch_days", claim, _days(estate))


def prove_deadline(estate: Estate) -> Proof:
    """Every ring at every site, for a baseline made on each day of the week."""
    claim = "whatever weekday a baseline is made on, every ring at every site takes it within the deadline"
    return proved("patch_deadline", claim, _waits(estate))


def prove_mirrors_reached(estate: Estate) -> Proof:
    """Every zone with hosts at every site, to the mirror of every site."""
    claim = "every host may reach the package mirror of every site, so that one stands in for another"
    return proved("mirrors_reached", claim, _ways_to_mirrors(estate))


def _ways_to_mirrors(estate: Estate) -> Iterator[str | None]:
    places = {(server.site, server.zone): None for server in estate.servers}
    places |= {(desk.site, estate.desktops.zone): None for desk in estate.desktops.desks}
    for site, zone in places:
        for mirror in estate.mirrors.values():
            opened = ports(estate, allowed(estate, site, zone, mirror.site, mirror.zone))
            is_reached = any(str(port) == _MIRRORS_PORT for port in opened)
            yield None if is_reached else f"{zone} at {site} may not open {_MIRRORS_PORT} of {mirror.name}"


def _days(estate: Estate) -> Iterator[str | None]:
    days = estate.patches.window.days
    together = {day: tuple(site for site in estate.sites if days[site] is day) for day in Weekday}
    for day, sites in sorted(together.items(), key=lambda item: len(item[1])):
        if sites:
            yield from pools_left(estate, sites, f"while {' and '.join(sites)} are patched on {day}")


def _waits(estate: Estate) -> Iterator[str | None]:
    for weekday in range(len(Weekday)):
        made = _A_MONDAY + timedelta(days=weekday)
        patches = estate.patches.model_copy(update={"baseline": made})
        for ring in patches.rings.values():
            for site in estate.sites:
                wait = patches.first_day(site, ring) - made
                late = (
                    f"a baseline of a {list(Weekday)[weekday]} reaches ring {ring.id} at {site} after {duration(wait)}"
                )
                yield None if wait <= patches.deadline else f"{late}, the deadline is {duration(patches.deadline)}"
