"""Where things are: in the estate's regions, and on enough sites."""

from collections import Counter
from collections.abc import Iterator

from pyops.estate import Estate
from pyops.policies.planned import Planned
from pyops.policies.policy import BACKUPS, NCSC_PRINCIPLES, Breach, Plan, Policy, benchmark
from pyops.policies.settings import said

EVERYWHERE = "global"
"""What Azure calls the place of a thing that has none."""


def _regions(estate: Estate, plan: Plan) -> Iterator[Breach]:
    allowed = {*estate.azure.regions, EVERYWHERE}
    for resource in plan:
        region = resource.inputs.get("location")
        if region is not None and region not in allowed:
            rule = f"is placed in {said(region)}, must be in {' or '.join(estate.azure.regions)}"
            yield Breach(rule, resource, _control_region(estate, region), about=(str(region),))


def _control_region(estate: Estate, region: object) -> tuple[str, ...]:
    return ("azure", "control_region") if region == estate.azure.control_region else ()


allowed_regions = Policy(
    "allowed_regions",
    "nothing outside the estate's regions",
    "The councils answer for where residents' data lies and whose law it falls under.",
    (NCSC_PRINCIPLES,),
    _regions,
)


def _pools(estate: Estate, plan: Plan) -> Iterator[Breach]:
    """Counts the planned instances themselves, not what the estate says there should be."""
    known = {server.name: server for server in estate.servers}
    instances = [_host(one) for one in plan if one.kind == "azurestackhci:VirtualMachineInstance"]
    if not instances:
        return
    servers = [known[host] for host in instances if host in known]
    for pool in estate.pools.values():
        places = Counter(server.site for server in servers if server.pool.id == pool.id)
        for lost in ("", *estate.sites):
            left = sum(number for site, number in places.items() if site != lost)
            if left < pool.target:
                when = f"without {lost}" if lost else "with nothing lost"
                says = f"{when} the pool {pool.id} has {left} planned servers of its target {pool.target}"
                yield Breach(says, at=("pools", pool.id, "target"), about=(pool.id, lost))
                break


def _host(instance: Planned) -> str:
    """An instance is always called `default`: its machine's id names the host."""
    return str(instance.value("resourceUri")).rpartition("/")[2]


pool_placement = Policy(
    "pool_placement",
    "each pool is planned on enough sites to keep its target without any one of them",
    "The sites stand in for each other: that is what the service is for.",
    (benchmark("BR-1", BACKUPS), NCSC_PRINCIPLES),
    _pools,
    hidden="an instance whose machine is not shown is not counted",
)
