"""Every host is backed up and patched."""

from collections.abc import Iterator

from pyops.estate import Estate
from pyops.estate.azure import arm_id, machine_id, policy_name, vault_name
from pyops.estate.hosts import Server
from pyops.policies.planned import Planned
from pyops.policies.policy import BACKUPS, VULNERABILITIES, Breach, Plan, Policy, benchmark

_POLICY = "recoveryservices:ProtectionPolicy"


def _machines(estate: Estate, plan: Plan) -> Iterator[tuple[Planned, Server]]:
    known = {server.name: server for server in estate.servers}
    for resource in plan:
        name = resource.inputs.get("machineName")
        if resource.kind == "hybridcompute:Machine" and name in known:
            yield resource, known[str(name)]


def _backup(estate: Estate, plan: Plan) -> Iterator[Breach]:
    offered = {(one.value("vaultName"), one.value("policyName")) for one in plan if one.kind == _POLICY}
    for machine, server in _machines(estate, plan):
        given, wanted = machine.tags.get("backup"), server.pool.backup
        at = ("pools", server.pool.id, "backup")
        if wanted is None:
            yield Breach("its pool names no backup policy", machine, ("pools", server.pool.id))
        elif given != wanted:
            yield Breach(f"its tag backup is {given or 'left out'}, must be {wanted}", machine, at)
        elif offered and (vault_name(server.site), policy_name(wanted)) not in offered:
            yield Breach(f"the vault {vault_name(server.site)} has no policy {policy_name(wanted)}", machine, at)


host_backup = Policy(
    "host_backup",
    "every host has a backup policy that its site's vault offers",
    "A server that was forgotten is found out on the day it is lost.",
    (benchmark("BR-1", BACKUPS),),
    _backup,
)


def _patches(estate: Estate, plan: Plan) -> Iterator[Breach]:
    assigned = {
        str(one.value("resourceId")).lower(): one for one in plan if one.kind == "maintenance:ConfigurationAssignment"
    }
    windows = {_id(estate, one): one for one in plan if one.kind == "maintenance:MaintenanceConfiguration"}
    for machine, server in _machines(estate, plan):
        assignment = assigned.get(machine_id(estate, server).lower())
        if assignment is None:
            yield Breach("is assigned to no patch window", machine, ("pools", server.pool.id, "ring"))
            continue
        window = windows.get(str(assignment.value("maintenanceConfigurationId")).lower())
        if window is None:
            yield Breach("is assigned to a patch window that is not planned", machine, ("patches", "window"))
        else:
            yield from _day(estate, machine, server, window)


def _day(estate: Estate, machine: Planned, server: Server, window: Planned) -> Iterator[Breach]:
    wanted = f"Week {estate.patches.window.days[server.site].capitalize()}"
    at = ("patches", "window", "days", server.site)
    if window.value("maintenanceScope") != "InGuestPatch":
        yield Breach(f"its window {window.name} is not for patches", machine, ("patches", "window"))
    elif window.value("recurEvery") != wanted:
        says = (
            f"its window {window.name} opens every {window.value('recurEvery')}, {server.site} is patched on {wanted}"
        )
        yield Breach(says, machine, at)


def _id(estate: Estate, window: Planned) -> str:
    kind, group = "Microsoft.Maintenance/maintenanceConfigurations", str(window.value("resourceGroupName"))
    return arm_id(estate, group, kind, str(window.value("resourceName"))).lower()


host_patches = Policy(
    "host_patches",
    "every host is patched in its site's window",
    "Most break-ins use a hole for which there was a patch.",
    (benchmark("PV-6", VULNERABILITIES),),
    _patches,
)
