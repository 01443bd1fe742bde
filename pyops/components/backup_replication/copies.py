"""Which backups go where: one copy for each ordered pair of sites, with every policy that goes that way."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyops.estate import Estate
from pyops.estate.network import Site
from pyops.estate.service import BackupPolicy


@dataclass(frozen=True)
class Copy:
    """Azure replicates between two accounts by one policy, with a rule for each pair of containers."""

    source: Site
    destination: Site
    policies: tuple[BackupPolicy, ...]

    @property
    def name(self) -> str:
        """Both ends, as resources are called after them."""
        return f"{self.source.id}-to-{self.destination.id}"


def copies(estate: Estate) -> Iterator[Copy]:
    """Every copy of the estate, by source and destination in the file's order."""
    for source in estate.sites.values():
        for destination in estate.sites.values():
            policies = tuple(
                policy
                for policy in estate.backups.policies.values()
                if destination.id in estate.copies_of(source.id, policy)
            )
            if policies:
                yield Copy(source, destination, policies)
