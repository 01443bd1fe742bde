"""The Azure side: what the estate file says of it, and the gateways that are recorded beside it."""

from collections.abc import Iterator

from pyops.estate.difference.fields import compare_parts, compare_values
from pyops.estate.difference.telling import Difference, Subject
from pyops.estate.model import Estate


def compare_cloud(old: Estate, new: Estate) -> Iterator[Difference]:
    """Field by field."""
    subject = Subject("the Azure side")
    yield from compare_parts(subject, old.azure, new.azure, ("azure",))
    yield from compare_values(subject, "gateways", old.azure.gateways, new.azure.gateways, ("azure", "gateways"))
