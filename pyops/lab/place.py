"""Where a lab lives: its state folder, and the kernel names that follow from it."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from pyops.errors import Refused
from pyops.files import user_cache

_INTERFACE_LENGTH = 15  # IFNAMSIZ of linux/if.h, less the closing zero
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")


class Lab:
    """One lab: everything that it makes is below `state`, in its namespaces or in its cgroup.

    Two labs on one machine never meet, since every kernel name derives from the resolved path of `state`.
    `cache` holds what labs may share (images, packages) and outlives them.
    """

    __slots__ = ("cache", "name", "state")

    def __init__(self, state: Path, cache: Path | None = None) -> None:
        self.state = Path(state).resolve()
        self.cache = (user_cache() if cache is None else Path(cache)).resolve()
        self.name = "lab-" + hashlib.sha256(str(self.state).encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        return f"Lab({self.state})"

    @property
    def namespace(self) -> str:
        """The network namespace of every bridge and of the lab's own out-of-band addresses."""
        return self.name

    @property
    def hosts(self) -> Path:
        """The hosts' disks and consoles; closed to others, since it holds files with other people's user numbers."""
        return self.state / "hosts"

    @property
    def secrets(self) -> Path:
        """What only root may read: the lab's own key pairs."""
        return self.state / "secrets"

    @property
    def public(self) -> Path:
        """The public halves of those keys that others need."""
        return self.state / "public"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of interface in the lab's namespace, told apart by the first letter of its name."""

    letter: str

    def interface(self, name: str) -> str:
        """The kernel's name for the thing called `name`: itself where it fits, else its head and a hash."""
        plain = f"{self.letter}-{name}"
        if len(plain) <= _INTERFACE_LENGTH:
            return plain
        return plain[:6] + "-" + hashlib.sha256(name.encode()).hexdigest()[:8]


BRIDGE = Kind("b")
PORT = Kind("p")
HANDOVER = Kind("h")


def check_name(name: str) -> str:
    """Return `name`, refused when it could not name a host: lower case, digits, dots and dashes, 63 at most."""
    if not _NAME.fullmatch(name):
        raise Refused(f"{name!r}: not a name for the lab, it needs 1 to 63 of a-z, 0-9, dot and dash")
    return name
