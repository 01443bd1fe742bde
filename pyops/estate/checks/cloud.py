"""Azure: a hub in every region, prefixes apart from all others, and no more copies than Azure can replicate."""

from collections.abc import Iterator
from datetime import date
from ipaddress import IPv4Network

from pyops.estate.cloud import Hub
from pyops.estate.model import Estate
from pyops.estate.problems import Finding, Location
from pyops.estate.service import BackupPolicy, Mirror

MOST_COPIES = 2
"""A storage account may be the source of two replication policies (Azure Storage's object replication)."""


def check_cloud(estate: Estate, _today: date) -> Iterator[Finding]:
    """Regions without a hub, hubs and spokes that overlap, subnets outside their spoke, copies to too many sites."""
    for region in estate.azure.regions:
        if region not in estate.azure.hubs:
            yield Finding(("azure", "hubs", region), None, "is missing: every region has a hub")
    for hub in estate.azure.hubs.values():
        yield from _spoke(hub)
    for policy in estate.backups.policies.values():
        yield from _copies(estate, policy)


def cloud_prefixes(estate: Estate) -> Iterator[tuple[Location, IPv4Network]]:
    """Prefixes of hubs and spokes, which must be apart from every other."""
    for hub in estate.azure.hubs.values():
        yield ("azure", "hubs", hub.id, "prefix"), hub.prefix
        yield ("azure", "hubs", hub.id, "spoke", "prefix"), hub.spoke.prefix


def _spoke(hub: Hub) -> Iterator[Finding]:
    at, spoke = ("azure", "hubs", hub.id, "spoke"), hub.spoke
    for name, prefix in (("endpoints", spoke.endpoints), ("resolver", spoke.resolver)):
        if not prefix.subnet_of(spoke.prefix):
            yield Finding((*at, name), prefix, f"lies outside its spoke {spoke.prefix}")
    if spoke.endpoints.overlaps(spoke.resolver):
        yield Finding((*at, "resolver"), spoke.resolver, f"overlaps the endpoints' subnet {spoke.endpoints}")


def _copies(estate: Estate, policy: BackupPolicy) -> Iterator[Finding]:
    others = len(estate.sites) - 1
    if policy.mirror is Mirror.PARTNERS and others > MOST_COPIES:
        rule = f"would copy each site's backups to {others} others: Azure replicates to {MOST_COPIES} at most, use ring"
        yield Finding(("backups", "policies", policy.id, "mirror"), policy.mirror, rule)
    if not others:
        rule = "has no other site to go to: a copy of a backup lies at another site"
        yield Finding(("backups", "policies", policy.id, "mirror"), policy.mirror, rule)
