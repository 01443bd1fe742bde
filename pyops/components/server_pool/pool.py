"""The servers of a pool: for each its interfaces, its disk, its machine and its instance, its patches and its agent."""

from collections.abc import Mapping

import pulumi

from pyops.components.server_pool.data_disks import data_disk
from pyops.components.server_pool.host_monitoring import HostMonitoring
from pyops.components.server_pool.machine_instances import Administrator, machine_instance
from pyops.components.server_pool.machines import machine
from pyops.components.server_pool.network_interfaces import network_interface
from pyops.components.server_pool.patch_windows import PatchWindows
from pyops.components.server_pool.site_store import SiteStore
from pyops.estate import Estate
from pyops.estate.hosts import Server
from pyops.estate.servers import Pool


class ServerPool(pulumi.ComponentResource):
    """All servers of one pool, at every site that has some.

    `stores` and `windows` are what the servers of each site share, by the site's name. Whether enough servers are left
    when a site is lost follows from the estate's counts alone: `pyops estate prove` shows it, and an alert watches it.
    """

    def __init__(
        self,
        estate: Estate,
        pool: Pool,
        administrator: Administrator,
        stores: Mapping[str, SiteStore],
        windows: Mapping[str, PatchWindows],
        monitoring: HostMonitoring,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:servers:ServerPool", pool.id, opts=opts)
        self._estate, self._administrator = estate, administrator
        self._stores, self._windows, self._monitoring = stores, windows, monitoring
        for server in estate.servers:
            if server.pool is pool:
                self._server(server)
        self.register_outputs({})

    def _server(self, server: Server) -> None:
        estate, store = self._estate, self._stores[server.site]
        parts: list[pulumi.Resource] = [network_interface(self, estate, server, one) for one in server.interfaces]
        if server.pool.disk:
            parts.append(data_disk(self, estate, server, server.pool.disk, store.container))
        parts.append(machine(self, estate, server))
        image = store.images[server.pool.image]
        instance = machine_instance(self, estate, server, self._administrator, parts, image)
        self._windows[server.site].assign(self, server, instance)
        self._monitoring.watch(self, server, instance)
