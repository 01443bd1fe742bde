"""What is left when something is lost: proofs about every circuit, path, carrier and site, from the model alone.

A circuit is where a carrier hands over at a site: without it the carrier's links at that site are gone. A path is the
pair of circuits under one link: without it only that link is gone. Only links between the sites' routers are counted.
"""

import itertools
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pyops.errors import Refused
from pyops.estate.hosts import Server
from pyops.estate.model import Estate
from pyops.estate.network import Link
from pyops.estate.problems import nearest

if TYPE_CHECKING:
    from networkx import Graph


class Kind(StrEnum):
    """What can be lost."""

    CIRCUIT = "circuit"
    PATH = "path"
    CARRIER = "carrier"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that is gone; a circuit's name is `<site>-<carrier>`, a path's that of its link."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How two sites reach each other: over these carriers, else through these sites, else not at all."""

    sites: tuple[str, str]
    carriers: tuple[str, ...]
    through: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether there is any way."""
        return bool(self.carriers or self.through)


@dataclass(frozen=True, slots=True)
class Left:
    """What a pool still has: its servers that run and reach each other, and their size; memory in MiB."""

    pool: str
    servers: tuple[str, ...]
    target: int
    cpu: int
    memory_mib: int

    @property
    def met(self) -> bool:
        """Whether enough servers are left for the service to hold its promise."""
        return len(self.servers) >= self.target


@dataclass(frozen=True, slots=True)
class Proof:
    """What is left after losses."""

    losses: tuple[Loss, ...]
    reach: tuple[Reach, ...]
    """For every pair of the sites that are not lost."""
    pools: tuple[Left, ...]

    @property
    def holds(self) -> bool:
        """Whether all remaining sites reach each other and every pool meets its target."""
        return all(reach.reached for reach in self.reach) and all(left.met for left in self.pools)

    def as_dict(self) -> dict[str, Any]:
        """Plain data with stable keys."""
        return {
            "lost": [asdict(one) for one in self.losses],
            "holds": self.holds,
            "reach": [{**asdict(reach), "reached": reach.reached} for reach in self.reach],
            "pools": [{**asdict(left), "met": left.met} for left in self.pools],
        }


def losses(estate: Estate) -> tuple[Loss, ...]:
    """Everything that can be lost on its own."""
    return (
        *(Loss(Kind.CIRCUIT, f"{site.id}-{carrier}") for site in estate.sites.values() for carrier in site.circuits),
        *(Loss(Kind.PATH, link) for link in estate.links),
        *(Loss(Kind.CARRIER, carrier) for carrier in estate.carriers),
        *(Loss(Kind.SITE, site) for site in estate.sites),
    )


def loss(estate: Estate, name: str) -> Loss:
    """The loss that a name stands for; raises Refused with the nearest right name."""
    known = {one.name: one for one in losses(estate)}
    if name not in known:
        raise Refused(f"lost: {name}, is no circuit, path, carrier or site of {estate.name}{nearest(name, known)}")
    return known[name]


def prove_all(estate: Estate) -> tuple[Proof, ...]:
    """One proof for each thing that can be lost on its own."""
    return tuple(prove(estate, [one]) for one in losses(estate))


def prove(estate: Estate, lost: Iterable[Loss]) -> Proof:
    """What is left when all of these are lost at once."""
    gone = tuple(lost)
    graph = _graph(estate, gone)
    reach = tuple(_reach(graph, pair) for pair in itertools.combinations(graph, 2))
    return Proof(gone, reach, _pools(estate, graph))


def _graph(estate: Estate, lost: tuple[Loss, ...]) -> "Graph[str]":
    """The sites that are left, joined where a link is left; an edge knows its carriers."""
    import networkx

    graph: Graph[str] = networkx.Graph()
    graph.add_nodes_from(site for site in estate.sites if Loss(Kind.SITE, site) not in lost)
    for link in estate.links.values():
        if not _lost(link, lost):
            first, second = link.sites
            carriers = graph.get_edge_data(first, second, {}).get("carriers", ())
            graph.add_edge(first, second, carriers=(*carriers, link.carrier))
    return graph


def _lost(link: Link, lost: tuple[Loss, ...]) -> bool:
    under = [Loss(Kind.PATH, link.id), Loss(Kind.CARRIER, link.carrier)]
    for site in link.sites:
        under += [Loss(Kind.SITE, site), Loss(Kind.CIRCUIT, f"{site}-{link.carrier}")]
    return any(one in lost for one in under)


def _reach(graph: "Graph[str]", pair: tuple[str, str]) -> Reach:
    import networkx

    if graph.has_edge(*pair):
        return Reach(pair, tuple(graph.edges[pair]["carriers"]))
    if networkx.has_path(graph, *pair):
        return Reach(pair, (), tuple(networkx.shortest_path(graph, *pair)[1:-1]))
    return Reach(pair, ())


def _pools(estate: Estate, graph: "Graph[str]") -> tuple[Left, ...]:
    """Where the sites are split, a pool counts in the part that has most of its servers: only those work together."""
    import networkx

    parts = list(networkx.connected_components(graph))
    left = []
    for pool in estate.pools.values():
        servers = [server for server in estate.servers if server.pool is pool]
        together = max(([one for one in servers if one.site in part] for part in parts), key=len, default=[])
        left.append(_left(pool.id, pool.target, together))
    return tuple(left)


def _left(pool: str, target: int, servers: list[Server]) -> Left:
    names = tuple(server.name for server in servers)
    return Left(pool, names, target, sum(s.pool.cpu for s in servers), sum(s.pool.memory for s in servers))
