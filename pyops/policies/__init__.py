"""What every planned resource must keep, checked before anything is made: pure functions, no service is asked."""

from pyops.policies.access import role_assignments
from pyops.policies.addresses import planned_addresses
from pyops.policies.copies import backup_copies
from pyops.policies.encryption import encryption_at_rest
from pyops.policies.hosts import host_backup, host_patches
from pyops.policies.inspection import firewall_inspection
from pyops.policies.keys import hidden_secrets, shared_keys
from pyops.policies.locks import deletion_locks
from pyops.policies.names import naming
from pyops.policies.network_access import public_access
from pyops.policies.placement import allowed_regions, pool_placement
from pyops.policies.planned import Planned, planned_in, planned_of
from pyops.policies.policy import Policy
from pyops.policies.retention import immutability, soft_delete
from pyops.policies.tags import required_tags
from pyops.policies.transport import transport_layer_security, tunnel_encryption
from pyops.policies.verdict import Verdict, judge

__all__ = ["POLICIES", "Planned", "Policy", "Verdict", "judge", "planned_in", "planned_of"]

POLICIES: tuple[Policy, ...] = (
    public_access,
    transport_layer_security,
    tunnel_encryption,
    firewall_inspection,
    shared_keys,
    hidden_secrets,
    encryption_at_rest,
    soft_delete,
    immutability,
    deletion_locks,
    role_assignments,
    required_tags,
    naming,
    allowed_regions,
    planned_addresses,
    host_backup,
    host_patches,
    pool_placement,
    backup_copies,
)
