"""Where the engine keeps its state for an environment on this machine: backend, home, configuration and passphrase.

Everything lies in the environment's own folder, so neither the work tree nor the engineer's login changes.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyops.engines import stacks
from pyops.engines.pulumi import Project
from pyops.estate import Estate

CHECKOUT = Path(__file__).parents[2]
STACKS = ("network", "server_pool", "backup_replication")
"""The projects in the order in which they are applied; they are destroyed the other way round."""


@dataclass(frozen=True)
class Workspace:
    """The engine's state for one estate, below `folder`."""

    folder: Path
    estate: Estate

    @property
    def store(self) -> Path:
        """Where the stand-in for Azure keeps what it was told."""
        return self.folder / "azure.db"

    def project(self, name: str, environment: Mapping[str, str] | None = None) -> Project:
        """One of the three projects, on this workspace's own state."""
        return Project(
            folder=CHECKOUT / "stacks" / name,
            stack=self.estate.name,
            backend=self.folder / "backend",
            home=self.folder / "home",
            config_file=self.folder / f"{name}.yaml",
            passphrase_file=self.folder / "passphrase",
            environment=environment or {},
        )

    def ready(self, administrator_key: str | None = None) -> None:
        """Make what the engine needs; a stack's committed settings come first, and what is told here wins over them."""
        settings = {
            "azure-native:subscriptionId": self.estate.azure.subscription,
            "pyops:estate": str(self.estate.file.resolve()),
        }
        if administrator_key:
            settings["pyops:administrator-key"] = administrator_key
        for name in STACKS:
            project = self.project(name)
            committed = project.folder / f"Pulumi.{self.estate.name}.yaml"
            if project.config_file and committed.exists() and not project.config_file.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(committed, project.config_file)
            stacks.ready(project, settings)


def engineers_project(name: str, estate: Estate) -> Project:
    """One of the three projects on the engineer's own login and the stack's committed settings: the real thing."""
    return Project(folder=CHECKOUT / "stacks" / name, stack=estate.name)


def lab_folder(estate: Estate) -> Path:
    """Where the estate's lab lives in this checkout."""
    return CHECKOUT / ".lab" / estate.name


def preview_folder(estate: Estate) -> Path:
    """Where previews of an estate without a lab keep their empty state."""
    return CHECKOUT / ".pulumi" / estate.name
