"""Our own key and the hosts' keys, read once for a whole run."""

import paramiko

from pyops.errors import Refused, in_words
from pyops.fleet.conversation import Login
from pyops.fleet.known_hosts import HostKey, read_known_hosts
from pyops.fleet.target import Access, Target


class Keyring:
    """Makes the login for each host; raises Refused where a file cannot be read."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._key = _private_key(access)
        self._known = read_known_hosts(access.known_hosts)
        self._trusted: dict[Target, tuple[HostKey, ...]] = {}

    def trusted(self, target: Target) -> tuple[HostKey, ...]:
        """The keys that the host may have; none where it is not known."""
        if target not in self._trusted:
            self._trusted[target] = self._known.keys(target.names, target.port)
        return self._trusted[target]

    def login(self, target: Target) -> Login:
        """Who we are for this host, and who it must be."""
        return Login(self._access.user, self._key, self.trusted(target))


def _private_key(access: Access) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(access.key_file)
    except FileNotFoundError:
        why = "there is no such file"
    except OSError as error:
        why = in_words(error)
    except paramiko.PasswordRequiredException:
        why = "is locked by a passphrase, and nobody is here to type it"
    except (paramiko.SSHException, ValueError, TypeError) as error:
        why = f"is no private key: {error}"
    raise Refused(f"{access.key_file}: our key {why}" if why.startswith("is ") else f"{access.key_file}: {why}")
