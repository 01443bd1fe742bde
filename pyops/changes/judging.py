"""What a change means: who may talk to whom, proofs before and after, outage, what is touched, how to go back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pyops.changes.inputs import Inputs
from pyops.changes.record import BackOut, Claim, EstateEdit, Outage, Passage, ResourceChange, TaskChange, Touched
from pyops.changes.stack_side import OPERATIONS
from pyops.changes.task_side import task_words
from pyops.estate import Estate, reachability
from pyops.estate.difference.telling import counted, few
from pyops.estate.proofs import prove_estate

type Subject = Literal["resilience", "capacity", "backup", "patch", "address"]

_SUBJECTS: Mapping[str, Subject] = {
    "placement": "capacity",
    "copies": "backup",
    "hosts_backed_up": "backup",
    "rpo": "backup",
    "patch_days": "patch",
    "deadline": "patch",
    "mirrors_reached": "patch",
    "prefixes_apart": "address",
    "addresses_in_place": "address",
    "addresses_unique": "address",
}
"""What a proof is about; the others are about what is left when something is lost."""
SERVING = ("VirtualMachineInstance", "NetworkInterface", "LogicalNetwork", "VpnGateway", "VirtualHub", "AzureFirewall")
"""Types that something stops running with while they are replaced or gone."""
_SERVICES = ("service", "systemd", "systemd_service", "units_in_force")
"""Ends of the names of modules that reload or restart what runs."""
HOLDING = ("StorageAccount", "BlobContainer", "Vault", "VirtualHardDisk", "Workspace", "BackupVault")
"""Types that hold data: what is deleted or replaced of them does not come back by going back."""


def passages(inputs: Inputs, edits: Sequence[EstateEdit]) -> tuple[Passage, ...]:
    """Who may newly or no longer reach whom: by flows, by ports of the services that they allow, by zones."""
    allowed = {f"services.{service}" for flow in inputs.new.flows for service in flow.services}
    told = tuple(
        Passage("added" if edit.kind == "added" else "removed", edit.words)
        for edit in edits
        if any(path.startswith("flows") or path in allowed for path in edit.paths) and edit.kind != "changed"
    )
    if inputs.old is None:
        return told
    return (*told, *_zones("added", inputs.new, inputs.old), *_zones("removed", inputs.old, inputs.new))


def _zones(kind: Literal["added", "removed"], have: Estate, lack: Estate) -> Iterator[Passage]:
    """What zones that one of two estates has more may reach, and from where; alike at several sites once."""
    ways = [way for way in reachability.passages(have) if not way.free and way.services]
    found: dict[tuple[str, str, str], list[str]] = {}
    for site, zone in sorted(_places(have) - _places(lack)):
        targets = {way.to_zone: None for way in ways if (way.from_site, way.from_zone) == (site, zone)}
        sources = {way.from_zone: None for way in ways if (way.to_site, way.to_zone) == (site, zone)}
        found.setdefault((zone, few(list(targets)) or "nothing", few(list(sources)) or "nowhere"), []).append(site)
    for (zone, to, by), sites in found.items():
        if (to, by) == ("nothing", "nowhere"):
            continue
        place, verb = f"zone {zone} at {few(sites)}", "may" if kind == "added" else "might"
        gone = "is new" if kind == "added" else "is gone"
        yield Passage(kind, f"{place} {gone}: it {verb} reach {to}, and be reached from {by}")


def _places(estate: Estate) -> set[tuple[str, str]]:
    return {(site.id, zone) for site in estate.sites.values() for zone in site.zones}


def claims(inputs: Inputs) -> tuple[Claim, ...]:
    """Every proof before and after, then the policies."""
    before = {proof.id: proof.holds for proof in prove_estate(inputs.old)} if inputs.old else {}
    proofs = tuple(
        Claim(
            one.id, _SUBJECTS.get(one.id, "resilience"), one.claim, before.get(one.id), one.holds, one.counter_example
        )
        for one in prove_estate(inputs.new)
    )
    return (*proofs, *inputs.policies)


def outage(estate: Estate, changes: Sequence[ResourceChange], tasks: Sequence[TaskChange]) -> Outage:
    """Whether users notice: what serves goes away or is made anew, or a host restarts."""
    gone = [one for one in changes if one.operation in ("replace", "delete") and one.type.endswith(SERVING)]
    reasons = [f"{one.name} ({_kind(one)}) is {one.operation}d" for one in gone]
    restarts = [one for one in tasks if one.action.endswith("reboot")]
    reasons += [f"{task_words(one.role, one.task)}: {', '.join(one.hosts)}" for one in restarts]
    if reasons:
        return Outage(True, tuple(reasons))
    if not changes and not tasks:
        return Outage(False, ("nothing changes",))
    serving = "nothing that serves is replaced or deleted, no host restarts"
    routers = {server.name for server in estate.servers if server.pool.gateway}
    services = [one for one in tasks if one.action.endswith(_SERVICES)]
    moments = [
        f"{task_words(one.role, one.task)}: services are reloaded or restarted on {counted(len(one.hosts), 'host')}"
        f"{', routers among them' if routers & set(one.hosts) else ''}"
        for one in services
    ]
    return Outage(False, (serving, *moments))


def touched(
    inputs: Inputs, edits: Sequence[EstateEdit], changes: Sequence[ResourceChange], tasks: Sequence[TaskChange]
) -> Touched:
    """Sites, partners and systems, in the estate's order; what is no single site's is everybody's."""
    hosts = {host for task in tasks for host in task.hosts}
    at, estates = _sites_of_hosts(inputs), [estate for estate in (inputs.old, inputs.new) if estate]
    paths = [path for edit in edits for path in edit.paths]
    every = {
        part: {**(getattr(inputs.old, part) if inputs.old else {}), **getattr(inputs.new, part)} for part in _NAMED
    }
    found = {one.site for one in changes if one.site} | {at[host] for host in hosts if host in at}
    found |= {site for path in paths for site in _named(path, every["sites"])}
    if any(map(_is_of_all, paths)) or (changes and not found):
        found = set(every["sites"])
    sites = tuple(site for site in every["sites"] if site in found)
    pools = {pool for path in paths for pool in _named(path, every["pools"])}
    pools |= {server.pool.id for estate in estates for server in estate.servers if server.name in hosts}
    named = {path.split(".")[1] for path in paths if path.startswith("systems.")}
    systems = tuple(name for name in every["systems"] if name in named or pools & _pools(estates, name))
    owners = {estate.sites[site].partner for estate in estates for site in sites if site in estate.sites}
    owners |= {partner for estate in estates for name in systems for partner in _aligned(estate, name)}
    owners |= {path.split(".")[1] for path in paths if path.startswith("partners.")}
    partners = tuple(partner for partner in every["partners"] if partner in owners)
    return Touched(sites, partners, systems, _services(inputs), len(hosts), len(changes))


_NAMED = ("sites", "pools", "systems", "partners")
"""Parts of the estate that are maps by name: of what is gone, the old estate still knows the name."""


def _pools(estates: Sequence[Estate], system: str) -> set[str]:
    return {pool for estate in estates if system in estate.systems for pool in estate.systems[system].pools}


def _aligned(estate: Estate, system: str) -> Sequence[str]:
    return list(estate.systems[system].alignment) if system in estate.systems else []


def back_out(
    inputs: Inputs, edits: Sequence[EstateEdit], changes: Sequence[ResourceChange], tasks: Sequence[TaskChange]
) -> BackOut:
    """How to go back; what does not come back by it is said first."""
    if inputs.old is None:
        return BackOut(("nothing was applied before: there is no estate to go back to",), is_complete=False)
    losses = tuple(_losses(inputs, changes))
    if not edits and (changes or tasks):
        code = (
            "the estate is as it was, so going back takes the code, tools or secrets of before: they are not kept here"
        )
        return BackOut((*losses, code), is_complete=False)
    steps = ["the estate as it was, which is kept with this record, is applied again"]
    made, gone = _counted(changes, "create"), _counted(changes, "delete")
    steps += [f"deleted: {made} that this change makes"] if made else []
    steps += [f"made again: {gone} that this change deletes"] if gone else []
    hosts = len({host for task in tasks for host in task.hosts})
    steps += [f"{counted(hosts, 'host')} brought back by the playbooks"] if hosts else []
    return BackOut((*losses, *steps), is_complete=not losses)


def _losses(inputs: Inputs, changes: Sequence[ResourceChange]) -> Iterator[str]:
    for one in changes:
        if one.operation in ("replace", "delete") and one.type.endswith(HOLDING):
            yield f"{one.name} ({_kind(one)}): what it holds does not come back, restore it from a backup"
    kept = {
        step.name.rpartition("::")[2]
        for plan in inputs.plans.values()
        for step in plan
        if step.is_protected and OPERATIONS.get(step.operation) == "create"
    }
    if kept:
        # Sorted, since the engine comes to them in another order each time.
        yield f"{few(sorted(kept))}: kept once made since data is held there; the estate must retire that first"
    for one in changes:
        if any(edit.is_secret for edit in one.edits):
            yield f"{one.name}: the secret of before is not in this record"


def _is_of_all(path: str) -> bool:
    """Whether a place in the estate file is about the service as a whole: flows, patches, backups and so on."""
    return path.partition(".")[0].partition("[")[0] not in ("sites", "pools", "links", "partners", "systems", "changes")


def _counted(changes: Sequence[ResourceChange], operation: str) -> str:
    number = sum(one.operation == operation for one in changes)
    return counted(number, "resource") if number else ""


def _kind(change: ResourceChange) -> str:
    return change.type.rpartition(":")[2]


def _sites_of_hosts(inputs: Inputs) -> dict[str, str]:
    found: dict[str, str] = {}
    for estate in (inputs.old, inputs.new):
        if estate:
            found |= {server.name: server.site for server in estate.servers}
            found |= {desk.name: desk.site for desk in estate.desktops.desks}
    return found


def _named(path: str, known: Mapping[str, object]) -> Iterator[str]:
    for part in path.replace("[", ".").replace("]", "").split("."):
        if part in known:
            yield part
        for end in part.split("-"):
            if end != part and end in known:
                yield end


def _services(inputs: Inputs) -> tuple[str, ...]:
    """The estate's services that flows newly allow or no longer do."""
    before = set(inputs.old.flows) if inputs.old else set()
    moved = before ^ set(inputs.new.flows)
    names = {service for flow in moved for service in flow.services}
    return tuple(service for service in inputs.new.services if service in names)
