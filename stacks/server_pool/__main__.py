"""The virtualised server pool: every server of every pool, at its planned address."""

import pulumi

from pyops.components import ServerPool, declare

estate = declare()
administrator = next(account.id for account in estate.accounts.values() if account.administrator)
key = pulumi.Config("pyops").require("administrator-key")
for pool in estate.pools.values():
    ServerPool(estate, pool, administrator, key)

pulumi.export("servers", {server.name: str(server.address) for server in estate.servers})
