"""Where the service's cloud part lives: regions, hubs, and the groups that may do something there."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.texts import FileName, GroupId, Name, Region, Subscription, refusal
from pyops.estate.values import Address, Prefix, YesNo

SMALLEST_HUB = 24
"""Prefix length that a virtual hub needs at least; /23 is recommended (Azure Virtual WAN's documentation)."""
SMALLEST_SUBNET = 28
AZURE_KEEPS = 4
"""Azure keeps the first four addresses of every subnet, and the last one."""


def _hub_prefix(prefix: IPv4Network) -> IPv4Network:
    if prefix.prefixlen > SMALLEST_HUB:
        raise refusal(f"is too small for a virtual hub: /{SMALLEST_HUB} at least")
    return prefix


def _subnet_prefix(prefix: IPv4Network) -> IPv4Network:
    if prefix.prefixlen > SMALLEST_SUBNET:
        raise refusal(f"is too small for a subnet of a spoke: /{SMALLEST_SUBNET} at least")
    return prefix


class Spoke(Part):
    """A region's own network beside its hub: private endpoints and the resolver of private names are in it."""

    prefix: Prefix
    endpoints: Annotated[Prefix, AfterValidator(_subnet_prefix)]
    resolver: Annotated[Prefix, AfterValidator(_subnet_prefix)]

    @property
    def resolver_address(self) -> IPv4Address:
        """Where hosts ask for private names: the resolver subnet's first address that Azure leaves."""
        return self.resolver[AZURE_KEEPS]


class Hub(Named):
    """A virtual hub in a region; its `id` is the region's name."""

    prefix: Annotated[Prefix, AfterValidator(_hub_prefix)]
    availability_zones: YesNo = False
    """Whether the region has availability zones, so that firewall and storage spread over three."""
    spoke: Spoke


class GatewayAddress(Part):
    """One of the two ends of a hub's VPN gateway, as Azure minted it."""

    public: Address
    peering: Address


class Groups(Part):
    """Entra groups by their object ids: what they may do is written once, in the stacks. Never persons."""

    engineers: GroupId
    """Run networks and servers."""
    backup_operators: GroupId
    """Start backups and restores."""
    backup_guardians: GroupId
    """Approve what would weaken a vault; other people than the operators."""
    backup_writers: GroupId
    """The identities of the backup servers' machines: they write backups and read copies, and nobody else does."""
    auditors: GroupId
    """Read everything, change nothing."""


class Azure(Part):
    """Where the service's cloud part lives."""

    subscription: Subscription
    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    control_region: Region
    """The region of Azure Local's control plane: holds names, addresses and tags of servers, never their data."""
    owner: Name
    """The partner that pays for what all sites share."""
    hubs: Annotated[Mapping[Region, Hub], BeforeValidator(with_ids), Field(min_length=1)]
    groups: Groups
    gateways_file: Annotated[FileName | None, Field(alias="gateways")] = None
    """A file beside the estate with the addresses of the hubs' VPN gateways, recorded by `pyops stacks record`."""
    gateways: Mapping[Region, tuple[GatewayAddress, ...]] = Field(
        alias="gateway_addresses", default_factory=dict, exclude=True
    )
    """By region, as recorded; empty until the hubs exist. Never written in the estate file itself."""
