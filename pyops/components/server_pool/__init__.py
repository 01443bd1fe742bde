"""The virtualised server pool: what a site's servers share, the servers themselves, and what watches over them."""

from pyops.components.server_pool.host_monitoring import HostMonitoring
from pyops.components.server_pool.machine_instances import Administrator
from pyops.components.server_pool.patch_windows import PatchWindows
from pyops.components.server_pool.pool import ServerPool
from pyops.components.server_pool.site_store import SiteStore

__all__ = ["Administrator", "HostMonitoring", "PatchWindows", "ServerPool", "SiteStore"]
