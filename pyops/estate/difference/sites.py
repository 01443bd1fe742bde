"""Sites, their zones and circuits, that come, go or change."""

from collections.abc import Callable, Iterator, Mapping

from pyops.estate.base import Part
from pyops.estate.difference.fields import compare_parts
from pyops.estate.difference.telling import ADDED, REMOVED, Difference, Subject, counted, joined
from pyops.estate.model import Estate
from pyops.estate.network import Circuit, Site, Zone
from pyops.estate.problems import Location
from pyops.estate.spoken import spoken


def compare_sites(old: Estate, new: Estate) -> Iterator[Difference]:
    """Whole sites with their servers, else each site's own fields, zones and circuits."""
    everyone = tuple({**old.sites, **new.sites})
    for name in everyone:
        subject, at = Subject(name, "site", everyone, bare=True), ("sites", name)
        if name not in old.sites:
            yield Difference(ADDED, subject, "are new", at, _site(new, new.sites[name]))
        elif name not in new.sites:
            yield Difference(REMOVED, subject, "are gone", at, _site(old, old.sites[name]))
        else:
            yield from _changed(subject, old.sites[name], new.sites[name], at)


def _changed(subject: Subject, old: Site, new: Site, at: Location) -> Iterator[Difference]:
    yield from compare_parts(subject, old, new, at, but=("zones", "circuits"))
    yield from _parts(subject, "zone", _zone, old.zones, new.zones, (*at, "zones"))
    yield from _parts(subject, "circuit", _circuit, old.circuits, new.circuits, (*at, "circuits"))


def _site(estate: Estate, site: Site) -> str:
    servers = [f"{server.name} at {server.address}" for server in estate.servers if server.site == site.id]
    desks = sum(desk.site == site.id for desk in estate.desktops.desks)
    return (
        f"a datacentre of {estate.partners[site.partner].name} in {site.region} with {site.supernet}, "
        f"zones {joined(site.zones)}, carriers {joined(site.circuits)}, {counted(desks, 'desk')} "
        f"and {counted(len(servers), 'server')} ({', '.join(servers)})"
    )


def _parts[P: Part](
    subject: Subject, what: str, told: Callable[[P], str], old: Mapping[str, P], new: Mapping[str, P], at: Location
) -> Iterator[Difference]:
    for name in {**old, **new}:
        before, after, here = old.get(name), new.get(name), (*at, name)
        if before and after:
            yield from compare_parts(subject, before, after, here, of=f" of {what} {name}")
        elif after:
            yield Difference(ADDED, subject, f"gain {what} {name}", here, told(after))
        elif before:
            yield Difference(REMOVED, subject, f"lose {what} {name}", here, told(before))


def _zone(zone: Zone) -> str:
    return f"VLAN {zone.vlan}, {zone.prefix}"


def _circuit(circuit: Circuit) -> str:
    return f"VLAN {circuit.vlan}, {circuit.address}, {spoken(circuit.speed, 'speed')}"
