"""Cross-site backup replication: where each site's copies lie."""

import pulumi

from pyops.components import BackupReplication, declare

estate = declare()
for site in estate.sites.values():
    BackupReplication(estate, site)

pulumi.export("sites", list(estate.sites))
