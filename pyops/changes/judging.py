"""What a change means: who may talk to whom, proofs before and after, outage, what is touched, how to go back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pyops.changes.inputs import Inputs
from pyops.changes.record import BackOut, Claim, EstateEdit, Outage, Passage, ResourceChange, TaskChange, Touched
from pyops.estate import Estate
from pyops.estate.difference.telling import counted
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
HOLDING = ("StorageAccount", "BlobContainer", "Vault", "VirtualHardDisk", "Workspace", "BackupVault")
"""Types that hold data: what is deleted or replaced of them does not come back by going back."""


def passages(edits: Sequence[EstateEdit], new: Estate) -> tuple[Passage, ...]:
    """The edits that are about who may reach whom: flows by their effect, and ports of services that flows allow."""
    allowed = {f"services.{service}" for flow in new.flows for service in flow.services}
    return tuple(
        Passage("added" if edit.kind == "added" else "removed", edit.words)
        for edit in edits
        if any(path.startswith("flows") or path in allowed for path in edit.paths) and edit.kind != "changed"
    )


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
    """Whether users notice: what serves goes away or is made anew, or a router restarts what it routes with."""
    gone = [one for one in changes if one.operation in ("replace", "delete") and one.type.endswith(SERVING)]
    reasons = [f"{one.name} ({_kind(one)}) is {one.operation}d" for one in gone]
    routers = {server.name for server in estate.servers if server.pool.gateway}
    reasons += [
        f"{', '.join(sorted(routers & set(one.hosts)))}: {one.role or 'a playbook'}: {one.task}: "
        "a site's way out restarts"
        for one in tasks
        if one.is_handler and "restart" in one.task.lower() and not routers.isdisjoint(one.hosts)
    ]
    if reasons:
        return Outage(True, tuple(reasons))
    if not changes and not tasks:
        return Outage(False, ("nothing changes",))
    serving = "nothing that serves is replaced or deleted"
    handlers = [one for one in tasks if one.is_handler]
    restarts = [f"{one.role or 'a playbook'}: {one.task}: on {len(one.hosts):,} hosts, for moments" for one in handlers]
    return Outage(False, (serving, *restarts))


def touched(
    inputs: Inputs, edits: Sequence[EstateEdit], changes: Sequence[ResourceChange], tasks: Sequence[TaskChange]
) -> Touched:
    """Sites, partners and systems, in the estate's order; what is no single site's is everybody's."""
    hosts = {host for task in tasks for host in task.hosts}
    estate, at = inputs.new, _sites_of_hosts(inputs)
    found = {one.site for one in changes if one.site} | {at[host] for host in hosts if host in at}
    found |= {site for edit in edits for path in edit.paths for site in _named(path, estate.sites)}
    if any(_is_of_all(path) for edit in edits for path in edit.paths) or (changes and not found):
        found = set(estate.sites)
    sites = tuple(site for site in _all(inputs, "sites") if site in found)
    pools = {pool for edit in edits for path in edit.paths for pool in _named(path, estate.pools)}
    pools |= {server.pool.id for server in estate.servers if server.name in hosts}
    systems = tuple(one.id for one in estate.systems.values() if pools & set(one.pools))
    owners = {_site_partner(inputs, site) for site in sites}
    owners |= {partner for system in systems for partner in estate.systems[system].alignment}
    partners = tuple(partner for partner in _all(inputs, "partners") if partner in owners)
    return Touched(sites, partners, systems, _services(inputs), len(hosts), len(changes))


def back_out(inputs: Inputs, changes: Sequence[ResourceChange], tasks: Sequence[TaskChange]) -> BackOut:
    """How to go back, and what does not come back by it."""
    if inputs.old is None:
        return BackOut(("nothing was applied before: there is no estate to go back to",), is_complete=False)
    steps = ["the estate as it was, which is kept with this record, is applied again"]
    made, gone = _counted(changes, "create"), _counted(changes, "delete")
    steps += [f"deleted: {made} that this change makes"] if made else []
    steps += [f"made again: {gone} that this change deletes"] if gone else []
    hosts = len({host for task in tasks for host in task.hosts})
    steps += [f"{counted(hosts, 'host')} brought back by the playbooks"] if hosts else []
    lost = [one for one in changes if one.operation in ("replace", "delete") and one.type.endswith(HOLDING)]
    steps += [f"{one.name} ({_kind(one)}): what it holds does not come back, restore it from a backup" for one in lost]
    secrets = [one for one in changes if any(edit.is_secret for edit in one.edits)]
    steps += [f"{one.name}: the secret of before is not in this record" for one in secrets]
    return BackOut(tuple(steps), is_complete=not lost and not secrets)


def _is_of_all(path: str) -> bool:
    """Whether a place in the estate file is about the service as a whole: flows, patches, backups and so on."""
    return path.partition(".")[0].partition("[")[0] not in ("sites", "pools", "links", "partners", "systems", "changes")


def _counted(changes: Sequence[ResourceChange], operation: str) -> str:
    number = sum(one.operation == operation for one in changes)
    return counted(number, "resource") if number else ""


def _kind(change: ResourceChange) -> str:
    return change.type.rpartition(":")[2]


def _all(inputs: Inputs, part: str) -> list[str]:
    old = getattr(inputs.old, part) if inputs.old else {}
    return list({**old, **getattr(inputs.new, part)})


def _site_partner(inputs: Inputs, site: str) -> str:
    estate = inputs.new if site in inputs.new.sites or not inputs.old else inputs.old
    return estate.sites[site].partner


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
