"""Which hosts are read, by which way, and how hard."""

from dataclasses import dataclass
from pathlib import Path

SSH_PORT = 22
DEFAULT_CERTIFICATES = ("/etc/ssl/local/*.pem", "/etc/letsencrypt/live/*/cert.pem")
"""Where hosts keep certificates of their own; the authorities that they trust lie elsewhere."""


@dataclass(frozen=True, slots=True)
class Direct:
    """A plain TCP connection."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A program that is the stream, as ssh's ProxyCommand; `%h` and `%p` in its words become address and port."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bastion:
    """A host that all connections go through, each as a channel of the one connection to it."""

    host: str
    address: str
    port: int = SSH_PORT


Way = Direct | Proxy | Bastion


@dataclass(frozen=True, slots=True)
class Access:
    """How we log in: the account, its private key, the hosts' keys that are trusted, and the way there."""

    user: str
    key_file: Path
    known_hosts: Path
    way: Way = Direct()


@dataclass(frozen=True, slots=True)
class Target:
    """One host to read; `address` may be a name, `known_status` is the hash of dpkg's status when it was last read."""

    host: str
    address: str
    port: int = SSH_PORT
    known_status: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Under which names its key may be known."""
        return tuple(dict.fromkeys((self.host, self.address)))


@dataclass(frozen=True, slots=True)
class Settings:
    """How a fleet is read; times in seconds."""

    access: Access
    deadline: float = 30
    """How long one host may take, from its first packet on."""
    connect_deadline: float = 5
    """How long a host may take until it answers at all."""
    threads: int = 50
    """Hosts that are spoken to at once in each process; more cost more in switching than they save in waiting."""
    connecting: int = 500
    """Hosts that are called at once; one that is off costs no thread."""
    processes: int = 1
    jump_connections: int = 8
    """Logins under way at once through a proxy or a bastion: sshd drops some from the eleventh on (MaxStartups)."""
    certificates: tuple[str, ...] = DEFAULT_CERTIFICATES
    """Patterns of PEM files whose expiry is read."""
    converge_mark: str = "/var/lib/pyops/converged"
    """The file that a converge touches when it has come to its end."""
