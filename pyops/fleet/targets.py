"""The estate's hosts as targets of a read."""

from collections.abc import Iterable, Mapping

from pyops.estate import Estate
from pyops.fleet.target import Target


def targets_of(estate: Estate, hosts: Iterable[str], statuses: Mapping[str, str] | None = None) -> tuple[Target, ...]:
    """Targets at their planned addresses; desks that get theirs by DHCP are asked for by name in the estate's domain.

    `statuses` are hashes of dpkg's status at the last read: hosts where it is still the same need not list packages.
    """
    known = statuses or {}
    return tuple(
        Target(host, str(estate.addresses.get(host, f"{host}.{estate.domain}")), known_status=known.get(host, ""))
        for host in hosts
    )
