"""Sites and what joins them: zones, circuits, links; and who may talk to whom: services and flows."""

import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.texts import HostWord, LinkName, Name, Region, refusal
from pyops.estate.values import Address, Prefix, SpeedMbps, Whole

SMALLEST_ZONE = 29
"""Prefix length: room for the gateway, the out-of-band address and at least four hosts."""


def _zone_prefix(prefix: IPv4Network) -> IPv4Network:
    if prefix.prefixlen > SMALLEST_ZONE:
        raise refusal(f"is too small for a zone: /{SMALLEST_ZONE} at least")
    return prefix


def _link_prefix(prefix: IPv4Network) -> IPv4Network:
    if prefix.prefixlen != 31:
        raise refusal("a link is point to point: its prefix is a /31")
    return prefix


class Zone(Named):
    """A VLAN of a site (a bridge in the lab) with its prefix."""

    vlan: Annotated[Whole, Field(ge=1, le=4094)]
    prefix: Annotated[Prefix, AfterValidator(_zone_prefix)]

    @property
    def gateway(self) -> IPv4Address:
        """The address that the site's router holds in the zone: always the prefix's first usable one."""
        return self.prefix[1]

    @property
    def last_host(self) -> IPv4Address:
        """The last address that a host may have: the one before the out-of-band address."""
        return self.prefix[-3]

    @property
    def out_of_band(self) -> IPv4Address:
        """The last usable address, kept free for the lab's own ssh and packages."""
        return self.prefix[-2]


class Circuit(Named):
    """A carrier's hand-over at a site; its `id` is the carrier's name."""

    vlan: Annotated[Whole, Field(ge=1, le=4094)]
    prefix: Prefix
    address: Address
    gateway: Address
    peering: Address
    """The router's BGP address towards the Azure hub over this circuit: a loopback, never the public address."""
    speed: SpeedMbps
    """In megabits a second."""

    @property
    def interface(self) -> str:
        """The name of the router's interface on this circuit."""
        return f"circuit-{self.id}"


class Routing(Part):
    """The site's place in BGP."""

    asn: Annotated[Whole, Field(ge=1, le=4294967295)]
    loopback: Address


class Site(Named):
    """A datacentre: one partner's, in one Azure region."""

    partner: Name
    region: Region
    supernet: Prefix
    zones: Annotated[Mapping[Name, Zone], BeforeValidator(with_ids), Field(min_length=1)]
    circuits: Annotated[Mapping[Name, Circuit], BeforeValidator(with_ids), Field(min_length=1)]
    routing: Routing


class Link(Named):
    """An encrypted tunnel between two sites over one carrier; the first site has the prefix's first address."""

    sites: Annotated[tuple[Name, ...], Field(min_length=2, max_length=2)]
    carrier: Name
    prefix: Annotated[Prefix, AfterValidator(_link_prefix)]
    port: Annotated[Whole, Field(ge=1024, le=65535)]

    def other(self, site: str) -> str:
        """The site at the far end."""
        first, second = self.sites
        return second if site == first else first

    def address(self, site: str) -> IPv4Address:
        """The tunnel address of one of its two sites."""
        return self.prefix[self.sites.index(site)]

    def interface(self, site: str) -> str:
        """The name of the tunnel on the router of one of its two sites."""
        return f"wg-{self.carrier}-{self.other(site)}"


class Protocol(StrEnum):
    """What carries a service."""

    TCP = "tcp"
    UDP = "udp"
    ICMP = "icmp"


class ServicePort(Part):
    """One port, or a range of ports, of one protocol; for ICMP the echo request has port 0."""

    protocol: Protocol
    first: Annotated[Whole, Field(ge=0, le=65535)]
    last: Annotated[Whole, Field(ge=0, le=65535)]

    @property
    def ports(self) -> str:
        """As nftables and Azure write it: `443` or `49152-49252`."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    def __str__(self) -> str:
        return "echo/icmp" if self.protocol is Protocol.ICMP else f"{self.ports}/{self.protocol}"


def _service_port(value: Any) -> Any:
    if isinstance(value, ServicePort):
        return value
    if value == "echo/icmp":
        return ServicePort(protocol=Protocol.ICMP, first=0, last=0)
    match = re.fullmatch(r"(\d+)(?:-(\d+))?/(tcp|udp)", value) if isinstance(value, str) else None
    if match is None:
        raise refusal("must be a port or range with its protocol, as in 443/tcp, 49152-49252/tcp or echo/icmp")
    first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= 65535:
        raise refusal("ports lie between 1 and 65535, the lower one first")
    return ServicePort(protocol=Protocol(match[3]), first=first, last=last)


_AS_SERVICE_PORT = WithJsonSchema(
    {
        "type": "string",
        "pattern": r"^(echo/icmp|\d+(-\d+)?/(tcp|udp))$",
        "description": "A port or range with its protocol, as in 443/tcp, 49152-49252/tcp or echo/icmp.",
    }
)
Service = Annotated[
    tuple[Annotated[ServicePort, BeforeValidator(_service_port), _AS_SERVICE_PORT], ...], Field(min_length=1)
]


class Scope(StrEnum):
    """How far a flow reaches."""

    ALL = "all"
    SITE = "site"


class Flow(Part):
    """A permission: hosts of one zone may open these services on hosts of another."""

    source: Annotated[Name, Field(alias="from")]
    destination: Annotated[Name, Field(alias="to")]
    services: Annotated[tuple[Name, ...], Field(min_length=1)]
    scope: Scope


Links = Annotated[Mapping[LinkName, Link], BeforeValidator(with_ids)]
Sites = Annotated[Mapping[HostWord, Site], BeforeValidator(with_ids), Field(min_length=1)]
Services = Mapping[Name, Service]
