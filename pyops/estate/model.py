"""The estate as a whole: one frozen object that every reader gets."""

from functools import cached_property
from ipaddress import IPv4Address
from pathlib import Path
from typing import Literal

from pydantic import Field

from pyops.estate.base import Part
from pyops.estate.changes import Rules
from pyops.estate.cloud import Azure
from pyops.estate.hosts import Server, servers_of
from pyops.estate.identity import Directory
from pyops.estate.network import Flow, Link, Links, Services, Sites
from pyops.estate.patches import Patches
from pyops.estate.permissions import Exemption, Retirements
from pyops.estate.remote import StaffAccess
from pyops.estate.servers import Accounts, Images, Packages, Pool, Pools
from pyops.estate.service import BackupPolicy, Backups, Desktops, Mirror, Partners, Systems
from pyops.estate.texts import Domain, Name


class Estate(Part):
    """Everything that is true of one environment; made by `pyops.estate.load` and by nothing else."""

    plugin: Literal["estate"]
    name: Name
    domain: Domain
    azure: Azure
    partners: Partners
    sites: Sites
    links: Links = Field(default_factory=dict)
    services: Services
    flows: tuple[Flow, ...] = ()
    images: Images
    pools: Pools
    accounts: Accounts
    packages: Packages
    directory: Directory
    staff_access: StaffAccess | None = None
    """How devices of staff come in from elsewhere; without it they do not."""
    desktops: Desktops
    patches: Patches
    backups: Backups
    systems: Systems = Field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    retirements: Retirements = Field(default_factory=dict)
    changes: Rules = Rules()
    file: Path = Field(default=Path(), exclude=True)
    """Where it was read from; set by the reader."""

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """Every server, by site and pool in the file's order."""
        return tuple(
            server
            for site in self.sites.values()
            for pool in self.pools.values()
            if pool.zone in site.zones
            for server in servers_of(site, pool)
        )

    @property
    def gateway_pool(self) -> Pool:
        """The pool whose servers are the sites' routers."""
        return next(pool for pool in self.pools.values() if pool.gateway)

    @cached_property
    def mirrors(self) -> dict[str, Server]:
        """The package mirror of each site; further servers of their pool stand by."""
        pool = self.patches.mirror.pool
        found: dict[str, Server] = {}
        for server in self.servers:
            if server.pool.id == pool:
                found.setdefault(server.site, server)
        return found

    @cached_property
    def providers(self) -> tuple[Server, ...]:
        """Whom web systems believe about who comes."""
        return tuple(server for server in self.servers if server.pool.id == self.directory.providers)

    def full_name(self, server: Server) -> str:
        """A server's name with the domain, as certificates and browsers have it."""
        return f"{server.name}.{self.domain}"

    def web_service(self, server: Server) -> str:
        """The Kerberos name that browsers have a ticket for when they come to a server."""
        return f"HTTP/{self.full_name(server)}"

    @property
    def carriers(self) -> tuple[str, ...]:
        """All carriers, in the order in which the sites name them."""
        return tuple(dict.fromkeys(carrier for site in self.sites.values() for carrier in site.circuits))

    @property
    def zones(self) -> tuple[str, ...]:
        """All zone names, in the order in which the sites name them."""
        return tuple(dict.fromkeys(zone for site in self.sites.values() for zone in site.zones))

    def copies_of(self, site: str, policy: BackupPolicy) -> tuple[str, ...]:
        """The sites to which a site's backups under a policy are copied."""
        sites = list(self.sites)
        following = sites[sites.index(site) + 1 :] + sites[: sites.index(site)]
        return tuple(following if policy.mirror is Mirror.PARTNERS else following[:1])

    def systems_on(self, pool: str) -> tuple[str, ...]:
        """The business systems that run on a pool."""
        return tuple(system.id for system in self.systems.values() if pool in system.pools)

    def retires(self, *names: str) -> bool:
        """Whether a thing that holds data may be removed; `names` are its own and those of what it belongs to."""
        return any(name in self.retirements for name in names)

    def links_of(self, site: str) -> tuple[Link, ...]:
        """The links that end at a site."""
        return tuple(link for link in self.links.values() if site in link.sites)

    @cached_property
    def addresses(self) -> dict[str, IPv4Address]:
        """Where each host with a planned address is managed, servers and desks."""
        desks = {desk.name: desk.address for desk in self.desktops.desks if desk.address}
        return {server.name: server.address for server in self.servers if server.interfaces} | desks
