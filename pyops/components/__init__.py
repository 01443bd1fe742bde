"""What the stacks are made of: the only code that makes Azure resources."""

from pyops.components.backbone import Backbone
from pyops.components.backup_replication import BackupReplication
from pyops.components.program import declare
from pyops.components.server_pool import ServerPool
from pyops.components.site_network import SiteNetwork

__all__ = ["Backbone", "BackupReplication", "ServerPool", "SiteNetwork", "declare"]
