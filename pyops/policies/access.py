"""Who may do what: groups of the estate, and no more than they need."""

from collections.abc import Iterator, Mapping

from pyops.estate import Estate
from pyops.policies.planned import NOT_SHOWN, Planned
from pyops.policies.policy import NCSC_PRINCIPLES, PRIVILEGE, Breach, Plan, Policy, benchmark
from pyops.policies.settings import said

TOO_MUCH: Mapping[str, str] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
}
"""Built-in roles that may do everything, or give themselves what they want.

Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""


def _assignments(estate: Estate, plan: Plan) -> Iterator[Breach]:
    groups = set(dict(estate.azure.groups).values())
    for resource in plan:
        if resource.kind != "authorization:RoleAssignment":
            continue
        yield from _principal(resource, groups)
        role = str(resource.value("roleDefinitionId")).rpartition("/")[2].lower()
        if resource.value("roleDefinitionId") in (None, NOT_SHOWN):
            yield Breach("its role is not shown before it is applied, it must be written out", resource)
        elif role in TOO_MUCH:
            yield Breach(f"gives the role {TOO_MUCH[role]}, roles give no more than a task needs", resource)


def _principal(resource: Planned, groups: set[str]) -> Iterator[Breach]:
    kind, principal = resource.value("principalType"), resource.value("principalId")
    at = ("azure", "groups")
    if kind != "Group":
        yield Breach(f"goes to a principal of type {said(kind)}, roles go to groups", resource, at)
    elif principal not in groups:
        yield Breach(f"goes to {said(principal)}, which is not a group of this estate", resource, at)


role_assignments = Policy(
    "role_assignments",
    "every role goes to a group of the estate, and never more than its task needs",
    "Who joins or leaves is put into a group or taken out of it once; nobody keeps a right that was given by hand.",
    (benchmark("PA-1", PRIVILEGE), benchmark("PA-7", PRIVILEGE), NCSC_PRINCIPLES),
    _assignments,
)
