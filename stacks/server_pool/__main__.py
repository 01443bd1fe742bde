"""The virtualised server pool: every server of every pool, at its planned address, patched and watched."""

import pulumi

from pyops.components.program import declare
from pyops.components.server_pool import Administrator, HostMonitoring, PatchWindows, ServerPool, SiteStore

estate = declare()
account = next(account.id for account in estate.accounts.values() if account.administrator)
administrator = Administrator(account, pulumi.Config("pyops").require("administrator-key"))

with_servers = {server.site for server in estate.servers}
sites = [site for site in estate.sites.values() if site.id in with_servers]
stores = {site.id: SiteStore(estate, site) for site in sites}
windows = {site.id: PatchWindows(estate, site) for site in sites}
monitoring = HostMonitoring(estate)
for pool in estate.pools.values():
    ServerPool(estate, pool, administrator, stores, windows, monitoring)

pulumi.export("servers", {server.name: str(server.address) for server in estate.servers})
