"""`pyops estate`: the estate file, checked, shown, proved and compared."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pyops.cli.answering import end, print_json, write
from pyops.cli.context import Inventory, estate_of, inventory_file
from pyops.cli.options import Json
from pyops.errors import WrongUsage

if TYPE_CHECKING:
    from pyops.estate import Estate

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The estate file: check it, see it, prove it, compare two."
)

Site = Annotated[str | None, typer.Option("--site", metavar="SITE", help="Only this site.")]


@app.command()
def check(inventory: Inventory = None, as_json: Json = False) -> None:
    """Is the estate in order? Tells every problem at once, with its file and line; the people file's, too.

    \b
    JSON: {"file", "in_order", "problems": [{"file", "line", "path", "given", "rule"}]}
    """
    from pyops.estate import EstateRefused
    from pyops.identity.people import read_people

    if not as_json:
        estate = estate_of(inventory)
        print(_in_order(estate, len(read_people(estate))))
        return
    problems: tuple[object, ...] = ()
    try:
        read_people(estate_of(inventory))
    except EstateRefused as refused:
        problems = tuple(problem.as_dict() for problem in refused.problems)
    print_json({"file": str(inventory_file(inventory)), "in_order": not problems, "problems": problems})
    end(in_order=not problems)


@app.command()
def show(
    inventory: Inventory = None,
    as_json: Json = False,
    svg: Annotated[
        Path | None,
        typer.Option("--svg", metavar="FILE", help="Draw the network as an SVG map into FILE; - prints it."),
    ] = None,
) -> None:
    """What is there: sites, pools, systems, and the network as a map.

    JSON: the keys of the estate file, with durations in seconds, sizes in MiB and speeds in Mbps.
    """
    estate = estate_of(inventory)
    if svg is not None:
        _draw(estate, svg)
    elif as_json:
        print_json(estate.model_dump(mode="json", by_alias=True))
    else:
        from pyops.cli.estate_tables import show_overview

        show_overview(estate)


@app.command()
def addresses(inventory: Inventory = None, site: Site = None, as_json: Json = False) -> None:
    """The address plan: every planned address of servers, routers and desks.

    \b
    JSON: [{"host", "site", "use", "interface", "address", "prefix", "mac"}]
    use: zone, circuit, tunnel, loopback or peering; mac: null where it is no port
    """
    from dataclasses import asdict

    from pyops.cli.estate_tables import show_addresses
    from pyops.estate.addressing import address_plan

    estate = estate_of(inventory)
    _known_site(estate, site)
    plan = [planned for planned in address_plan(estate) if site in (None, planned.site)]
    if as_json:
        print_json([asdict(planned) for planned in plan])
    else:
        show_addresses(estate, plan)


@app.command()
def resilience(
    inventory: Inventory = None,
    lost: Annotated[
        list[str] | None, typer.Option("--lost", metavar="NAME", help="Only when this is lost; repeat it: all at once.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What is left when a circuit, a path, a carrier or a site is lost: who reaches whom, and each pool's servers.

    \b
    JSON: [{"lost": [{"kind", "name"}], "holds",
            "reach": [{"sites", "carriers", "through", "reached"}],
            "pools": [{"pool", "servers", "target", "met", "cpu", "memory_mib"}]}]
    carriers: those left between the two sites; through: the sites between, where no carrier is left
    Exit code 1 where sites are cut off or a pool misses its target.
    """
    from pyops.cli.estate_tables import show_resilience
    from pyops.estate.resilience import loss, prove, prove_all

    estate = estate_of(inventory)
    proofs = (prove(estate, [loss(estate, name) for name in lost]),) if lost else prove_all(estate)
    if as_json:
        print_json([proof.as_dict() for proof in proofs])
    else:
        show_resilience(estate, proofs)
    end(in_order=all(proof.holds for proof in proofs))


@app.command()
def prove(inventory: Inventory = None, as_json: Json = False) -> None:
    """Does the plan keep its promises? Each proof with the cases it looked at, or the smallest that refutes it.

    \b
    JSON: [{"id", "claim", "cases", "holds", "counter_example"}]
    counter_example: null where the claim holds
    Exit code 1 where a claim does not hold.
    """
    from pyops.cli.estate_tables import show_proofs
    from pyops.estate.proofs import prove_estate

    estate = estate_of(inventory)
    proofs = prove_estate(estate)
    if as_json:
        print_json([proof.as_dict() for proof in proofs])
    else:
        show_proofs(estate, proofs)
    end(in_order=all(proof.holds for proof in proofs))


@app.command()
def reachability(inventory: Inventory = None, site: Site = None, as_json: Json = False) -> None:
    """Who may talk to whom: the matrix of zones; with --site, from that site's zones to every site's.

    \b
    JSON: [{"from_zone", "to_zone", "within", "between", "free"}], within a site and between two
    JSON with --site: [{"from_site", "from_zone", "to_site", "to_zone", "services", "ports", "free"}]
    free: hosts in one zone of one site talk past the router, whatever flows say
    """
    from pyops.cli.estate_tables import show_passages, show_zones
    from pyops.estate.reachability import passages, zone_pairs

    estate = estate_of(inventory)
    _known_site(estate, site)
    if site is None:
        pairs = list(zone_pairs(estate))
        print_json([pair.as_dict() for pair in pairs]) if as_json else show_zones(estate, pairs)
    else:
        ways = [passage for passage in passages(estate) if passage.from_site == site]
        print_json([passage.as_dict(estate) for passage in ways]) if as_json else show_passages(estate, ways)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="An estate file or its folder, as it was.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same, as it is to be.")],
    as_json: Json = False,
) -> None:
    """What an edit changes, in words of service, site and partner.

    \b
    JSON: [{"kind", "subject", "words", "paths"}]
    kind: added, removed or changed; paths: where in the estate file, as estate check names places
    """
    from pyops.estate.difference import difference

    changes = difference(estate_of(old), estate_of(new))
    if as_json:
        print_json([change.as_dict() for change in changes])
    else:
        from pyops.cli.estate_tables import show_changes

        show_changes(changes)


@app.command()
def schema() -> None:
    """The JSON Schema of the estate file, for editors that complete and check YAML as it is typed."""
    from pyops.estate.schema import estate_schema

    print_json(estate_schema())


def _in_order(estate: "Estate", people: int) -> str:
    desks = len(estate.desktops.desks)
    counts = f"{len(estate.sites)} sites, {len(estate.links)} links, {len(estate.servers)} servers, {desks:,} desks"
    return f"{estate.file}: in order: {counts}{f', {people:,} people' if people else ''}"


def _draw(estate: "Estate", file: Path) -> None:
    from pyops.maps.network import network_map

    drawn = network_map(estate)
    if str(file) == "-":
        print(drawn, end="")
        return
    write(file, drawn)


def _known_site(estate: "Estate", site: str | None) -> None:
    from pyops.estate.problems import no_such

    if site is not None and site not in estate.sites:
        raise WrongUsage(f"--site: {site}, {no_such('site', site, estate.sites, estate.name)}")
