"""Role assignments: which group may do what in which scope."""

from enum import StrEnum

import pulumi
from pulumi_azure_native import authorization

from pyops.estate import Estate
from pyops.estate.azure import steady_guid, subscription_id


class Role(StrEnum):
    """Azure's built-in roles that the service gives, by the id that is the same in every subscription.

    Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
    """

    READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    MONITORING_READER = "43d0d8ad-25c7-4714-9337-8ba259a9fe05"
    NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    LOCAL_VM_CONTRIBUTOR = "874d1c73-6003-4e60-a13a-cb31ea190a85"
    BACKUP_OPERATOR = "00c29273-979b-4161-815c-10b084fb9324"
    BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    BACKUP_GUARDIAN = "c2a970b4-16a7-4a51-8c84-8a8ea6ee0bb8"


def grant(
    parent: pulumi.Resource, estate: Estate, name: str, scope: str, role: Role, group: str, after: pulumi.Resource
) -> pulumi.Resource:
    """Give a group (its object id) a role in a scope (a resource's or a resource group's id)."""
    return authorization.RoleAssignment(
        f"role-{name}",
        role_assignment_name=steady_guid(scope, role, group),
        scope=scope.lstrip("/"),
        role_definition_id=f"{subscription_id(estate)}/providers/Microsoft.Authorization/roleDefinitions/{role}",
        principal_id=group,
        principal_type="Group",
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[after]),
    )
