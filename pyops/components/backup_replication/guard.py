"""Resource guards: without leave by other people than those who run the backups, nobody weakens a vault."""

import pulumi
from pulumi_azure_native import dataprotection

from pyops.components.access import Role, grant
from pyops.components.groups import resource_group
from pyops.components.safeguards import lock
from pyops.components.tags import shared_tags
from pyops.estate import Estate
from pyops.estate.azure import GUARD_GROUP, guard_name, resource_guard


class BackupGuard(pulumi.ComponentResource):
    """A guard in each region that has a vault, in a resource group of their own that operators have no role in.

    A guard serves vaults of its own region only. In another subscription or tenant it would separate people further.
    Source: https://learn.microsoft.com/azure/backup/multi-user-authorization
    """

    def __init__(self, estate: Estate, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:backups:BackupGuard", estate.name, opts=opts)
        self._estate = estate
        self.group = resource_group(self, GUARD_GROUP, estate.azure.regions[0], shared_tags(estate))
        regions = dict.fromkeys(site.region for site in estate.sites.values())
        self.guards = {region: self._guard(region) for region in regions}
        self.register_outputs({})

    def _guard(self, region: str) -> dataprotection.ResourceGuard:
        name, scope = guard_name(region), resource_guard(self._estate, region)
        guard = dataprotection.ResourceGuard(
            name,
            resource_guards_name=name,
            resource_group_name=GUARD_GROUP,
            location=region,
            # Nothing is excluded: every operation that Azure calls critical needs the guard's leave.
            properties=dataprotection.ResourceGuardArgs(vault_critical_operation_exclusion_list=[]),
            tags=shared_tags(self._estate),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.group], replace_on_changes=["location"]),
        )
        guardians = self._estate.azure.groups.backup_guardians
        role = grant(self, self._estate, f"guardians-{region}", scope, Role.BACKUP_GUARDIAN, guardians, guard)
        lock(self, name, scope, "Guards the recovery vaults of this region against being weakened.", guard, role)
        return guard
