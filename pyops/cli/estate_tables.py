"""Tables of `pyops estate`."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from pyops.cli.output import BAD, GOOD, QUIET, Cell, show, table
from pyops.estate.addressing import Planned
from pyops.estate.difference import Change
from pyops.estate.model import Estate
from pyops.estate.network import Site
from pyops.estate.proofs import Proof as Claim
from pyops.estate.reachability import Passage, ZonePair, ports
from pyops.estate.resilience import Left, Proof, Reach
from pyops.estate.spoken import duration, spoken

_NONE = "-"


def show_overview(estate: Estate) -> None:
    """Sites, pools and systems."""
    sites = [_site(estate, site) for site in estate.sites.values()]
    show(
        table(
            f"{estate.name}: sites",
            ("site", "partner", "region", "prefix", "zones", "circuits", "servers", "desks"),
            sites,
        ),
        table(
            "pools: servers at each site",
            ("pool", "zone", *estate.sites, "needed", "cpu", "memory", "ring"),
            _pools(estate),
        ),
        table(
            "systems: how far each partner shares them",
            ("system", "pools", *estate.partners, "RPO", "RTO"),
            _systems(estate),
        ),
    )


def _site(estate: Estate, site: Site) -> list[Cell]:
    servers = sum(server.site == site.id for server in estate.servers)
    desks = sum(desk.site == site.id for desk in estate.desktops.desks)
    circuits = ", ".join(f"{circuit.id} {spoken(circuit.speed, 'speed')}" for circuit in site.circuits.values())
    partner = estate.partners[site.partner].name
    return [site.id, partner, site.region, str(site.supernet), ", ".join(site.zones), circuits, servers, desks]


def _pools(estate: Estate) -> Iterable[list[Cell]]:
    for pool in estate.pools.values():
        counts = [pool.count.get(site, 0) for site in estate.sites]
        yield [pool.id, pool.zone, *counts, pool.target, pool.cpu, spoken(pool.memory, "memory"), pool.ring]


def _systems(estate: Estate) -> Iterable[list[Cell]]:
    for system in estate.systems.values():
        alignment = [system.alignment[partner].value for partner in estate.partners]
        yield [
            system.id,
            ", ".join(system.pools),
            *alignment,
            duration(system.recovery.rpo),
            duration(system.recovery.rto),
        ]


def show_addresses(estate: Estate, plan: Sequence[Planned]) -> None:
    """The address plan."""
    rows = [
        [one.host, one.site, one.use.value, one.interface, str(one.address), str(one.prefix), one.mac or _NONE]
        for one in plan
    ]
    show(table(f"{estate.name}: addresses", ("host", "site", "use", "interface", "address", "prefix", "mac"), rows))


def show_resilience(estate: Estate, proofs: Sequence[Proof]) -> None:
    """One line for each proof; where servers are lost, a second table with what each pool keeps."""
    rows: list[list[Cell]] = []
    for proof in proofs:
        kinds, names = ", ".join(one.kind.value for one in proof.losses), ", ".join(one.name for one in proof.losses)
        rows.append([kinds, names, _reaches(proof.reach), _missed(proof.pools), _verdict(proof.holds)])
    tables = [table(f"{estate.name}: when this is lost", ("kind", "lost", "the sites", "pools", "verdict"), rows)]
    losing = [proof for proof in proofs if any(len(left.servers) < _had(estate, left) for left in proof.pools)]
    if losing:
        columns = ("pool", "needed", *(" + ".join(one.name for one in proof.losses) for proof in losing))
        tables.append(table("servers, processors and memory left without", columns, _capacity(estate, losing)))
    show(*tables)


def show_proofs(estate: Estate, proofs: Sequence[Claim]) -> None:
    """One line for each claim; under the table every counter-example in words."""
    rows: list[list[Cell]] = [[proof.id, proof.claim, proof.cases, _verdict(proof.holds)] for proof in proofs]
    refuted = [Text(f"{proof.id}: {proof.counter_example}", style=BAD) for proof in proofs if not proof.holds]
    show(table(f"{estate.name}: proofs", ("proof", "claim", "cases", "verdict"), rows), *refuted)


def _had(estate: Estate, left: Left) -> int:
    return sum(estate.pools[left.pool].count.values())


def _capacity(estate: Estate, proofs: Sequence[Proof]) -> Iterable[list[Cell]]:
    for number, pool in enumerate(estate.pools.values()):
        cells = []
        for left in (proof.pools[number] for proof in proofs):
            size = f"{len(left.servers)} of {_had(estate, left)}: {left.cpu} cpu, {spoken(left.memory_mib, 'memory')}"
            cells.append(Text(size, style="" if left.met else BAD))
        yield [pool.id, pool.target, *cells]


def _reaches(reaches: Sequence[Reach]) -> str:
    """What is not as usual: pairs that are cut off, that need a third site, or that are down to their last carrier."""
    ways: dict[str, list[str]] = {}
    for reach in reaches:
        if not reach.reached:
            ways.setdefault("cut off from each other", []).append(" and ".join(reach.sites))
        elif reach.through:
            ways.setdefault(f"by {', '.join(reach.through)}", []).append(" and ".join(reach.sites))
        elif len(reach.carriers) == 1:
            ways.setdefault(f"over {reach.carriers[0]} alone", []).append(" and ".join(reach.sites))
    said = [f"{'all' if len(pairs) == len(reaches) else ', '.join(pairs)} {way}" for way, pairs in ways.items()]
    return "; ".join(said) or "all over every carrier"


def _missed(pools: Sequence[Left]) -> str:
    missed = [f"{left.pool} has {len(left.servers)} of the {left.target} needed" for left in pools if not left.met]
    return "; ".join(missed) or "all targets met"


def _verdict(holds: bool) -> Text:
    return Text("holds", style=GOOD) if holds else Text("does not hold", style=BAD)


def show_zones(estate: Estate, pairs: Sequence[ZonePair]) -> None:
    """From each zone (row) to each zone (column)."""
    cells = {(pair.from_zone, pair.to_zone): _services(pair) for pair in pairs}
    rows: list[list[Cell]] = [[start, *(cells[start, end] for end in estate.zones)] for start in estate.zones]
    show(table(f"{estate.name}: from (row) to (column)", ("", *estate.zones), rows))


def _services(pair: ZonePair) -> Text:
    between = ", ".join(pair.between)
    if pair.free:
        return Text(f"one site: freely; between sites: {between or 'nothing'}")
    if pair.within == pair.between:
        return Text(between or "nothing", style="" if between else QUIET)
    return Text(f"one site: {', '.join(pair.within)}; between sites: {between or 'nothing'}")


def show_passages(estate: Estate, ways: Sequence[Passage]) -> None:
    """One site's zones against every zone of every site, with ports."""
    rows: list[list[Cell]] = []
    for way in ways:
        services = "freely" if way.free else ", ".join(way.services) or "nothing"
        opened = "all" if way.free else " ".join(str(port) for port in ports(estate, way.services)) or _NONE
        rows.append([way.from_zone, way.to_site, way.to_zone, services, opened])
    title = f"{estate.name}: from {ways[0].from_site}" if ways else estate.name
    show(table(title, ("from zone", "to site", "to zone", "services", "ports"), rows))


def show_changes(changes: Sequence[Change]) -> None:
    """One line a change, as a list with signs for added, removed and changed."""
    signs = {"added": ("+", GOOD), "removed": ("-", BAD), "changed": ("~", "")}
    show(*[Text.assemble(signs[change.kind], " ", change.words) for change in changes] or [Text("nothing changes")])
