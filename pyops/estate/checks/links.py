"""Links: every pair of sites, over at least two carriers that both sites have."""

import itertools
from collections.abc import Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.network import Link
from pyops.estate.problems import Finding

ENOUGH_CARRIERS = 2


def check_links(estate: Estate, _today: date) -> Iterator[Finding]:
    """Links to oneself, over a carrier that a site lacks, on a port that is taken; pairs with too few carriers."""
    for link in estate.links.values():
        yield from _link(estate, link)
    yield from _ports(estate)
    yield from _clashes(estate)
    yield from _pairs(estate)


def _link(estate: Estate, link: Link) -> Iterator[Finding]:
    at = ("links", link.id)
    first, second = link.sites
    if first == second:
        yield Finding((*at, "sites"), f"{first}, {second}", "a link joins two different sites")
    for end in dict.fromkeys(link.sites):
        if end in estate.sites and link.carrier in estate.carriers and link.carrier not in estate.sites[end].circuits:
            yield Finding((*at, "carrier"), link.carrier, f"{end} has no circuit of this carrier")
        if len(link.interface(end)) > 15:
            yield Finding(
                at, link.id, f"its interface {link.interface(end)} is longer than the 15 characters that Linux allows"
            )


def _ports(estate: Estate) -> Iterator[Finding]:
    seen: dict[tuple[str, int], str] = {}
    for link in estate.links.values():
        for end in dict.fromkeys(link.sites):
            if seen.setdefault((end, link.port), link.id) != link.id:
                yield Finding(
                    ("links", link.id, "port"), link.port, f"is already the port of {seen[end, link.port]} at {end}"
                )


def _clashes(estate: Estate) -> Iterator[Finding]:
    """Faults are named after circuits, paths, carriers and sites: a name must mean one of them."""
    for site in estate.sites.values():
        for carrier in site.circuits:
            name = f"{site.id}-{carrier}"
            if name in estate.links:
                yield Finding(
                    ("links", name), name, f"is also the name of the circuit of carrier {carrier} at {site.id}"
                )
            if carrier in estate.sites:
                yield Finding(("sites", site.id, "circuits", carrier), carrier, "is also the name of a site")


def _pairs(estate: Estate) -> Iterator[Finding]:
    carriers: dict[frozenset[str], dict[str, str]] = {}
    for link in estate.links.values():
        used = carriers.setdefault(frozenset(link.sites), {})
        if link.carrier in used:
            yield Finding(
                ("links", link.id), link.carrier, f"{used[link.carrier]} already joins these sites over this carrier"
            )
        used[link.carrier] = link.id
    for pair in itertools.combinations(estate.sites, 2):
        have = len(carriers.get(frozenset(pair), ()))
        if have < ENOUGH_CARRIERS:
            over = f"{have or 'no'} carrier{'s' if have != 1 else ''}"
            rule = f"are joined over {over}: every pair of sites needs {ENOUGH_CARRIERS}"
            yield Finding(("links",), " and ".join(pair), rule)
