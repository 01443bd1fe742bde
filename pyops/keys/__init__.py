"""Keys of the estate's tunnels and of its package archive, and passwords: made on the controller, before a converge.

A key made on a host would break the dry run's truth, and its public half would have to be read back from there.
"""

from pyops.keys.archive import archive_key
from pyops.keys.hubs import hub_keys
from pyops.keys.passwords import passwords
from pyops.keys.staff import staff_access_keys
from pyops.keys.tunnels import KeyPair, new_pair, renewed, tunnel_keys

__all__ = ["KeyPair", "archive_key", "hub_keys", "new_pair", "passwords", "renewed", "staff_access_keys", "tunnel_keys"]
