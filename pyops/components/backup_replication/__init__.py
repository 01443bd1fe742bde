"""Backups of every site, and their copies at the sites that the estate names."""

from pyops.components.backup_replication.guard import BackupGuard
from pyops.components.backup_replication.replication import Replication
from pyops.components.backup_replication.site import BackupReplication

__all__ = ["BackupGuard", "BackupReplication", "Replication"]
