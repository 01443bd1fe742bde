"""The facts of one host, as its answer gave them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from pyops.fleet.kernels import Kernel

FULL_PERCENT = 98
"""From here on a disk counts as full: dpkg and journals begin to fail before the last block is taken."""


class Package(NamedTuple):
    """A package that dpkg knows on a host. A tuple, shared between hosts: fleets have millions of them."""

    name: str
    version: str
    architecture: str
    """Its own: `amd64`, `all`."""
    status: str
    """dpkg's abbreviation without its blanks: what is wanted, what is, and `R` if it must be installed anew (`ii`,
    `hi`, `rc`, `iF`, `iHR`): see db:Status-Abbrev in dpkg-query(1)."""

    @property
    def is_installed(self) -> bool:
        """Whether its files are there and set up, with or without a hold; what waits for triggers counts."""
        return self.status[1:2] in ("i", "W", "t")

    @property
    def is_held(self) -> bool:
        """Whether apt-mark or dpkg keep it at its version."""
        return self.status[:1] == "h"

    @property
    def is_broken(self) -> bool:
        """Whether an installation or a removal of it stopped half-way."""
        return self.status[1:2] in ("H", "U", "F", "W", "t") or self.status.endswith("R")


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """From /etc/os-release: `id` such as `debian`, `version` such as `12`, `codename` such as `bookworm`."""

    id: str
    version: str
    codename: str
    name: str
    """For people."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How far the host's clock is ahead of the controller's; true within plus or minus `uncertainty`."""

    offset: timedelta
    uncertainty: timedelta


@dataclass(frozen=True, slots=True)
class Disk:
    """A local file system; sizes in KiB. `inodes` is 0 where the file system has no fixed number of them."""

    mount: str
    size_kib: int
    used_kib: int
    available_kib: int
    inodes: int
    inodes_used: int

    @property
    def used_percent(self) -> int:
        """As df counts: of what people may use, whichever of blocks and inodes is nearer to its end."""
        blocks = _percent(self.used_kib, self.used_kib + self.available_kib)
        return max(blocks, _percent(self.inodes_used, self.inodes))

    @property
    def is_full(self) -> bool:
        """Whether there is no room to work."""
        return self.used_percent >= FULL_PERCENT


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of a PEM file; `expires` is None where the file holds none that can be read, see `problem`."""

    path: str
    subject: str
    expires: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Dpkg:
    """The state of dpkg's own files."""

    status_sha256: str
    """Of /var/lib/dpkg/status and what is still to be merged into it: while it stays the same, so does the list of
    packages. Empty where it is not there."""
    is_interrupted: bool
    """Whether a run of dpkg ended half-way (`dpkg --configure -a` mends it)."""
    error: str
    """What dpkg-query said when it could not read its files; else empty."""


@dataclass(frozen=True)
class Facts:
    """Everything that one read tells of a host.

    `packages` is by name, foreign architectures as `name:architecture`, as apt names them; **None where dpkg's files
    cannot be read**, which is not the same as a host without packages.
    """

    system: OperatingSystem
    architecture: str
    """dpkg's own: `amd64`."""
    kernel: Kernel
    asks_for_reboot: bool
    """Whether /run/reboot-required is there; `reboot_needed` knows more."""
    uptime: timedelta
    clock: Clock
    disks: tuple[Disk, ...]
    certificates: tuple[Certificate, ...]
    converged_at: datetime | None
    """When the playbooks were last run to their end; None where they left no mark."""
    dpkg: Dpkg
    packages: Mapping[str, Package] | None

    @cached_property
    def held(self) -> tuple[Package, ...]:
        """The packages that are kept at their version."""
        return tuple(package for package in (self.packages or {}).values() if package.is_held)

    @cached_property
    def broken(self) -> tuple[Package, ...]:
        """The packages whose installation or removal stopped half-way."""
        return tuple(package for package in (self.packages or {}).values() if package.is_broken)

    @property
    def is_dpkg_broken(self) -> bool:
        """Whether apt would refuse to work before somebody mends dpkg's state."""
        return bool(self.packages is None or self.broken or self.dpkg.is_interrupted)

    @property
    def full_disks(self) -> tuple[Disk, ...]:
        """The file systems without room to work."""
        return tuple(disk for disk in self.disks if disk.is_full)

    @property
    def reboot_needed(self) -> bool:
        """Whether the host asks for it, runs an older kernel than its newest, or an older build of the same one."""
        if self.asks_for_reboot or not self.kernel.is_newest:
            return True
        image = (self.packages or {}).get(f"linux-image-{self.kernel.running}")
        return bool(image and image.is_installed and self.kernel.build and self.kernel.build != image.version)


def _percent(part: int, whole: int) -> int:
    return -(-100 * part // whole) if whole else 0
