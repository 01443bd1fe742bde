"""Addresses of the hubs' VPN gateways: only Azure can mint them, so they are recorded in a YAML file beside the estate.

A map by region of its gateway's two ends: `uksouth: [{public: ..., peering: ...}, {public: ..., peering: ...}]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pyops.errors import Refused
from pyops.estate.base import Part
from pyops.estate.cloud import GatewayAddress
from pyops.estate.problems import EstateRefused, Location, Problem, dotted, given, shown
from pyops.estate.source import Source
from pyops.estate.texts import Region
from pyops.estate.wording import findings

Gateways = Mapping[Region, tuple[GatewayAddress, ...]]

_HEAD = """---
# The two ends of each hub's VPN gateway as Azure minted them, by region. Written by `pyops stacks record`.
"""


class _File(Part):
    """What pydantic reads: the map needs a name to be read under."""

    regions: Gateways


@dataclass(slots=True)
class Recorded:
    """The addresses of one file, where each stands, and what is wrong with them."""

    file: Path
    addresses: Gateways = field(default_factory=dict)
    source: Source | None = None
    problems: list[Problem] = field(default_factory=list)

    def placed(self, at: Location, given: str, rule: str) -> Problem:
        """A problem at its line."""
        line = self.source.line(at) if self.source else 1
        return Problem(str(self.file), line, dotted(at), given, rule)


def read_gateways(file: Path) -> Recorded:
    """Read all addresses; nothing is raised, since the estate beside the file may have its own problems to tell.

    A file that holds nothing but comments is one in which nothing has been recorded yet.
    """
    recorded = Recorded(file)
    try:
        recorded.source = Source(file)
    except EstateRefused as refused:
        recorded.problems += refused.problems
    except Refused as refused:
        recorded.problems.append(recorded.placed((), "", str(refused).removeprefix(f"{file}: ")))
    else:
        _read(recorded, recorded.source.data or {})
    return recorded


def _read(recorded: Recorded, data: Any) -> None:
    try:
        recorded.addresses = _File(regions=data).regions
    except ValidationError as error:
        for wrong in findings(error, _File):
            recorded.problems.append(recorded.placed(wrong.at[1:], given(wrong), wrong.rule))


def parsed_gateways(output: Any, where: str) -> Gateways:
    """Addresses as a stack's output tells them; Refused, named after `where`, while they are not all known."""
    try:
        return _File(regions=output).regions
    except ValidationError as error:
        problems = [f"{where}: {dotted(w.at[1:])}: {shown(w.given)}, {w.rule}" for w in findings(error, _File)]
        raise Refused("\n".join(problems)) from None


def gateways_text(addresses: Gateways) -> str:
    """The file's content, the same for the same addresses."""
    lines = [
        f"{region}:\n" + "".join(f"  - {{public: {end.public}, peering: {end.peering}}}\n" for end in ends)
        for region, ends in sorted(addresses.items())
    ]
    return _HEAD + "".join(lines)
