"""Where the engine keeps its state for an environment on this machine: backend, home, configuration and passphrase.

Everything lies in the environment's own folder, so neither the work tree nor the engineer's login changes.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyops.engines import stacks
from pyops.engines.pulumi import Project
from pyops.estate import Estate
from pyops.files import OWNERS_ALONE, write_whole
from pyops.keys import hub_keys

CHECKOUT = Path(__file__).parents[2]
STACKS = ("network", "server_pool", "backup_replication")
"""The projects in the order in which they are applied; they are destroyed the other way round."""
HUB_KEYS = "pyops:hub-keys"
"""The network stack's setting with the shared key of every tunnel between a site and a hub, as JSON, encrypted."""
ADMINISTRATOR_KEY = "pyops:administrator-key"
"""The pool's setting with the public ssh key that new servers are made with."""
_NOBODYS_KEY = f"ssh-ed25519 {base64.b64encode(bytes(51)).decode()} nobody"
"""Stands in a preview of an estate that has no lab here and no committed settings: no private half exists."""


@dataclass(frozen=True)
class Workspace:
    """The engine's state for one estate, below `folder`."""

    folder: Path
    estate: Estate

    @property
    def store(self) -> Path:
        """Where the stand-in for Azure keeps what it was told."""
        return self.folder / "azure.db"

    @property
    def hub_keys_file(self) -> Path:
        """The keys of the tunnels to the hubs in this environment: made here, and worth nothing in Azure itself."""
        return self.folder / "hub_keys.json"

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
        """Make what the engine needs; a stack's committed settings come first, and what is told here wins over them.

        Committed secrets are left out: only those who may change Azure can open them, and previews need none.
        """
        settings = {
            "azure-native:subscriptionId": self.estate.azure.subscription,
            "pyops:estate": str(self.estate.file.resolve()),
        }
        if administrator_key:
            settings[ADMINISTRATOR_KEY] = administrator_key
        for name in STACKS:
            project = self.project(name)
            committed = stacks.plain_settings(project.folder / f"Pulumi.{self.estate.name}.yaml")
            known = stacks.plain_settings(self.folder / f"{name}.yaml")
            stacks.ready(project, {ADMINISTRATOR_KEY: _NOBODYS_KEY, **known, **committed, **settings})
        self._ready_hub_keys()

    def _ready_hub_keys(self) -> None:
        """The engine's copy comes first: after a kill in between, the next run makes new keys and says them again."""
        network, file = self.project("network"), self.hub_keys_file
        known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        keys = hub_keys(self.estate, known)
        if keys != known or not (network.config_file and stacks.is_sealed(network.config_file, HUB_KEYS)):
            stacks.seal(network, HUB_KEYS, json.dumps(keys))
            write_whole(file, json.dumps(keys, indent=1) + "\n", OWNERS_ALONE)


def engineers_project(name: str, estate: Estate) -> Project:
    """One of the three projects on the engineer's own login and the stack's committed settings: the real thing."""
    return Project(folder=CHECKOUT / "stacks" / name, stack=estate.name)


def lab_folder(estate: Estate) -> Path:
    """Where the estate's lab lives in this checkout."""
    return CHECKOUT / ".lab" / estate.name


def preview_folder(estate: Estate) -> Path:
    """Where previews of an estate without a lab keep their empty state."""
    return CHECKOUT / ".pulumi" / estate.name
