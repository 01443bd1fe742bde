"""What this authority is told: where it keeps its things, whose it is, and the limits of what it signs."""

import json
from dataclasses import dataclass, fields
from pathlib import Path

from certificate_authority.errors import Refused


@dataclass(frozen=True)
class Settings:
    """The settings file, checked."""

    folder: Path
    service: str
    """Whose certificates they are, as their subjects say."""
    name: str
    """This authority's name among the issuers."""
    domains: tuple[str, ...]
    """Names are signed within these alone."""
    root_days: int
    issuer_days: int
    certificate_days: int
    """The longest life of a host's certificate."""
    revocation_days: int
    """For how long a list of what is revoked counts."""


def read_settings(file: Path) -> Settings:
    """Raises Refused where a setting is missing or not known."""
    given = json.loads(file.read_text(encoding="utf-8"))
    wanted = {field.name for field in fields(Settings)}
    if wrong := sorted(wanted ^ set(given)):
        raise Refused(f"{file}: {', '.join(wrong)}, the settings are {', '.join(sorted(wanted))}")
    return Settings(**{**given, "folder": Path(given["folder"]), "domains": tuple(given["domains"])})
