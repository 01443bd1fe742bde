"""A site's backups in its Azure region: a recovery vault and a storage account in a resource group of their own."""

import pulumi

from pyops.components.access import Role, grant
from pyops.components.backup_replication.account import BackupAccount
from pyops.components.backup_replication.guard import BackupGuard
from pyops.components.backup_replication.vault import BackupVault
from pyops.components.groups import resource_group
from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import backup_group, group_id
from pyops.estate.network import Site


class BackupReplication(pulumi.ComponentResource):
    """Where a site's backups lie, and where copies of its partners' arrive."""

    def __init__(
        self, estate: Estate, site: Site, guard: BackupGuard, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("pyops:backups:BackupReplication", site.id, opts=opts)
        group = resource_group(self, backup_group(site.id), site.region, site_tags(estate, site))
        below = pulumi.ResourceOptions(parent=self)
        BackupVault(estate, site, [group, guard.guards[site.region]], opts=below)
        self.account = BackupAccount(estate, site, [group], opts=below)
        scope = group_id(estate, backup_group(site.id))
        operators = estate.azure.groups.backup_operators
        grant(self, estate, f"backup-operators-{site.id}", scope, Role.BACKUP_OPERATOR, operators, group)
        self.register_outputs({})
