"""Who may newly talk to whom, or no longer: told by effect, however the flows are written; and what a service opens."""

from collections.abc import Iterator

from pyops.estate.difference.telling import ADDED, CHANGED, REMOVED, Difference, Subject, joined
from pyops.estate.model import Estate
from pyops.estate.network import Scope

Pair = tuple[str, str]
Where = tuple[bool, bool]
"""Within each site, between sites."""
Allowed = dict[str, Where]
NOWHERE: Where = (False, False)
_WHERE: dict[Where, str] = {
    (True, True): "at all sites",
    (True, False): "within each site",
    (False, True): "between sites",
}


def compare_services(old: Estate, new: Estate) -> Iterator[Difference]:
    """Services by the ports that they open."""
    everyone = tuple({**old.services, **new.services})
    for name in everyone:
        subject, at = Subject(name, "service", everyone), ("services", name)
        before, after = old.services.get(name, ()), new.services.get(name, ())
        gained = joined([str(port) for port in after if port not in before] or ["nothing"])
        lost = joined([str(port) for port in before if port not in after] or ["nothing"])
        if not before or not after:
            yield Difference(
                ADDED if after else REMOVED, subject, "are new" if after else "are gone", at, gained if after else lost
            )
            continue
        if gained != "nothing":
            yield Difference(ADDED, subject, f"open {gained} too", at)
        if lost != "nothing":
            yield Difference(REMOVED, subject, f"stop opening {lost}", at)
        if before != after and gained == lost:
            yield Difference(CHANGED, subject, "list the same ports in another order", at)


def compare_flows(old: Estate, new: Estate) -> Iterator[Difference]:
    """The services that each pair of zones gained and lost, and where."""
    before, after = _allowed(old), _allowed(new)
    told = False
    for pair in {**before, **after}:
        for change in _pair(pair, before.get(pair, {}), after.get(pair, {}), old, new):
            told = True
            yield change
    if not told and old.flows != new.flows:
        yield Difference(
            CHANGED, Subject("the list of flows"), "change in writing only: it allows what it allowed", ("flows",)
        )


def _allowed(estate: Estate) -> dict[Pair, Allowed]:
    """By pair of zones and service: whether it is allowed within a site, and between sites."""
    allowed: dict[Pair, Allowed] = {}
    for flow in estate.flows:
        services = allowed.setdefault((flow.source, flow.destination), {})
        # Hosts in one zone of one site talk freely: a flow within it says nothing there.
        within = flow.source != flow.destination
        for service in flow.services:
            between = flow.scope is Scope.ALL or services.get(service, NOWHERE)[1]
            services[service] = (within, between)
    return allowed


def _pair(pair: Pair, before: Allowed, after: Allowed, old: Estate, new: Estate) -> Iterator[Difference]:
    for kind, verb, services, estate in (
        (ADDED, "newly", _more(before, after), new),
        (REMOVED, "no longer", _more(after, before), old),
    ):
        for where, names in services.items():
            sentence = f"may {verb} reach {pair[1]} with {joined(names)} {_WHERE[where]}"
            for number in _flows(estate, pair, names)[:1]:
                yield Difference(kind, Subject(pair[0]), sentence, ("flows", number))


def _more(less: Allowed, more: Allowed) -> dict[Where, list[str]]:
    """What the second allows beyond the first, by where."""
    extra: dict[Where, list[str]] = {}
    for service, (within, between) in more.items():
        had = less.get(service, NOWHERE)
        where = (within and not had[0], between and not had[1])
        if where != NOWHERE:
            extra.setdefault(where, []).append(service)
    return extra


def _flows(estate: Estate, pair: Pair, services: list[str]) -> list[int]:
    return [
        number
        for number, flow in enumerate(estate.flows)
        if (flow.source, flow.destination) == pair and set(services) & set(flow.services)
    ]
