"""Servers that come, go or move, told by site and pool."""

from collections.abc import Iterator

from pyops.estate.difference.fields import compare_maps
from pyops.estate.difference.telling import ADDED, CHANGED, REMOVED, Difference, Subject, counted
from pyops.estate.hosts import Server
from pyops.estate.model import Estate


def compare_pools(old: Estate, new: Estate) -> Iterator[Difference]:
    """Pools by their fields; their counts and addresses by the servers that follow from them."""
    yield from compare_maps("pool", old.pools, new.pools, ("pools",), but=("count", "first"))
    before, after = _by_place(old), _by_place(new)
    sites = tuple({**old.sites, **new.sites})
    for place in {**before, **after}:
        pool, site = place
        if site in old.sites and site in new.sites:
            subject = Subject(site, "site", sites, bare=True)
            yield from _place(subject, pool, before.get(place, {}), after.get(place, {}))


def _by_place(estate: Estate) -> dict[tuple[str, str], dict[str, Server]]:
    """Servers by pool and site, then name: pool first, so that one pool's changes at all sites stand together."""
    places: dict[tuple[str, str], dict[str, Server]] = {
        (pool, site): {} for pool in estate.pools for site in estate.sites
    }
    for server in estate.servers:
        places[server.pool.id, server.site][server.name] = server
    return places


def _place(subject: Subject, pool: str, old: dict[str, Server], new: dict[str, Server]) -> Iterator[Difference]:
    at = ("pools", pool, "count", subject.name)
    gained = [server for name, server in new.items() if name not in old]
    lost = [server for name, server in old.items() if name not in new]
    moved = [name for name in new if name in old and old[name].address != new[name].address]
    if gained:
        yield Difference(ADDED, subject, f"gain {counted(len(gained), 'server')} in pool {pool}", at, _servers(gained))
    if lost:
        yield Difference(REMOVED, subject, f"lose {counted(len(lost), 'server')} of pool {pool}", at, _servers(lost))
    if moved:
        ways = ", ".join(f"{name} from {old[name].address} to {new[name].address}" for name in moved)
        sentence = f"move {counted(len(moved), 'server')} of pool {pool} to another address"
        yield Difference(CHANGED, subject, sentence, ("pools", pool, "first"), ways)


def _servers(servers: list[Server]) -> str:
    return ", ".join(f"{server.name} at {server.address}" for server in servers)
