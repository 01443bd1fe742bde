"""Cross-site backup replication: each site's backups, and their copies at the sites that the estate names."""

import pulumi

from pyops.components.backup_replication import BackupGuard, BackupReplication, Replication
from pyops.components.program import declare
from pyops.estate.azure import storage_account

estate = declare()
guard = BackupGuard(estate)
homes = {site.id: BackupReplication(estate, site, guard) for site in estate.sites.values()}
Replication(estate, {site: home.account for site, home in homes.items()})

pulumi.export("accounts", {site.id: storage_account(estate, site) for site in estate.sites.values()})
