"""Business systems: who shares them how far, and what is agreed to differ."""

from collections.abc import Iterator

from pyops.estate.difference.deviations import compare_deviations
from pyops.estate.difference.fields import compare_maps
from pyops.estate.difference.telling import Difference
from pyops.estate.model import Estate


def compare_systems(old: Estate, new: Estate) -> Iterator[Difference]:
    """Systems by their fields, then their deviations."""
    yield from compare_maps("system", old.systems, new.systems, ("systems",), but=("deviations",))
    yield from compare_deviations("system", old.systems, new.systems, ("systems",))
