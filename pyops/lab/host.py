"""What a host is, to the lab."""

from dataclasses import dataclass
from pathlib import Path

from pyops.lab.place import Lab, check_name


@dataclass(frozen=True, slots=True)
class Host:
    """A virtual machine. Processors and memory are remembered, so that drift shows; the lab does not enforce them."""

    name: str
    image: str
    ports: tuple[str, ...]
    disks: tuple[str, ...]
    processors: int
    memory_mb: int
    authorized_keys: tuple[str, ...]
    domain: str


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one host: its own layer, its console, and what the lab notes about it."""

    path: Path

    @property
    def upper(self) -> Path:
        """The host's own layer over its image's."""
        return self.path / "upper"

    @property
    def work(self) -> Path:
        """Scratch space of overlayfs."""
        return self.path / "work"

    @property
    def root(self) -> Path:
        """Where the host's whole disk is mounted, seen by its own processes only."""
        return self.path / "root"

    @property
    def console(self) -> Path:
        """What the host wrote to its console since it was made."""
        return self.path / "console.log"

    @property
    def layers(self) -> Path:
        """The image layers that the host was made from, topmost first: a rebuilt image never slips under it."""
        return self.path / "layers"

    @property
    def is_off(self) -> Path:
        """There while the host is meant to be off."""
        return self.path / "off"

    @property
    def is_plugged(self) -> Path:
        """There once a booted host has had all its ports: one that is missing later was taken away by hand."""
        return self.path / "plugged"


def folder(lab: Lab, name: str) -> Folder:
    """The folder of the host called `name`."""
    return Folder(lab.hosts / check_name(name))
