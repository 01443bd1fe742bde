"""What a feed says: which versions of which packages have a vulnerability."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

OLD = timedelta(days=7)
"""From then on a feed is said to be old."""


class Advisory(NamedTuple):
    """One vulnerability of one package."""

    cve: str
    package: str
    is_binary: bool
    """Whether `package` is the name of a binary package; else it is its source's."""
    urgency: str
    """high, medium or low; empty where the feed does not say."""
    fixed: str
    """From this version on it is fixed; empty where no version is named."""
    unaffected: Sequence[str] = ()
    """Versions before that which have it not, as those of older releases with a fix of their own."""


class Said(NamedTuple):
    """The content of a feed."""

    advisories: Sequence[Advisory]
    made_at: datetime | None = None
    """When it says that it was made; None where it does not."""
    release: str = ""
    """The number of the one release of Debian that it is about; empty where it does not say."""
    undecided: int = 0
    """How many more vulnerabilities it names without saying whether packages have them."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A file and what it says."""

    file: Path
    sha256: str
    changed_at: datetime
    """The file's own date, which is all that is known of its age where its content tells none."""
    said: Said

    def is_old(self, now: datetime) -> bool:
        """Whether what has been found lately cannot be in it."""
        return now - (self.said.made_at or self.changed_at) > OLD

    def is_about(self, release: str) -> bool:
        """Whether it says anything of hosts of a release, such as `12`."""
        return self.said.release in ("", release)
