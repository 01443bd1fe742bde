"""What the mirror is told: its settings file, and the folders that follow from it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from package_mirror.errors import Refused

FIXES = "security"
"""The suite, and the source, of the fixes as they come: published at once, whichever baseline the rings are at."""


@dataclass(frozen=True, slots=True)
class Source:
    """A suite of the upstream archive."""

    name: str
    uri: str
    suite: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings file (JSON), field by field."""

    owner: str
    """Origin of what is published: the estate's name."""
    account: str
    root: Path
    origin: str
    """Base URI of the mirror that this one copies; empty on the one that fetches from upstream."""
    rings: tuple[str, ...]
    sources: tuple[Source, ...]
    architectures: tuple[str, ...]
    keep: int
    """How many releases of each suite stay."""
    reserve_mib: int
    """How much disk must be left free."""
    patience_seconds: int
    """How long another server may say nothing."""
    upstream_key: Path
    archive_key: Path
    """Public halves, in armour."""
    signing_key: Path
    """Private half of the archive's key, on the origin only."""

    @property
    def suites(self) -> tuple[str, ...]:
        """All that the mirror serves: the rings, and the fixes where they have a source."""
        return self.rings + tuple(source.name for source in self.sources if source.name == FIXES)

    @property
    def public(self) -> Path:
        """What the web server serves."""
        return self.root / "public"

    @property
    def dists(self) -> Path:
        """The release folders, and a link to the served one for each suite."""
        return self.public / "dists"

    @property
    def snapshots(self) -> Path:
        """A file for each baseline of which aptly has a snapshot: read without aptly, which may be at work."""
        return self.root / "snapshots"

    @property
    def work(self) -> Path:
        """What is unfinished, on the same file system; emptied when a run begins."""
        return self.root / "work"


def read_settings(file: Path) -> Settings:
    """The settings in a file; raises Refused."""
    try:
        given: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        given["sources"] = tuple(
            Source(**{**source, "components": tuple(source["components"])}) for source in given["sources"]
        )
        given |= {name: tuple(given[name]) for name in ("rings", "architectures")}
        given |= {name: Path(given[name]) for name in ("root", "upstream_key", "archive_key", "signing_key")}
        return Settings(**given)
    except OSError as error:
        raise Refused(f"{file}: cannot be read, {error.strerror}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(f"{file}: {error}, the settings are as the role writes them") from None
