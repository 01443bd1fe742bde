"""The hosts that are to be at one level: servers and desks alike, each with its site and ring."""

from dataclasses import dataclass

from pyops.estate.model import Estate
from pyops.estate.patches import DESKTOPS, Leave, Ring


@dataclass(frozen=True, slots=True)
class Member:
    """A host of the estate, as patches see it. `release` is the codename of its image's Debian."""

    name: str
    site: str
    partner: str
    pool: str
    ring: Ring
    release: str

    def is_meant_by(self, leave: Leave) -> bool:
        """Whether a hold or a waiver is about this host."""
        return leave.is_for(self.site, self.pool, self.name)


def members(estate: Estate) -> tuple[Member, ...]:
    """Every host, servers first, in the estate's order."""
    rings, images = estate.patches.rings, estate.images
    servers = (
        Member(s.name, s.site, s.partner, s.pool.id, rings[s.pool.ring], images[s.pool.image].release)
        for s in estate.servers
    )
    release = images[estate.desktops.image].release
    desks = (Member(d.name, d.site, d.partner, DESKTOPS, rings[d.ring], release) for d in estate.desktops.desks)
    return (*servers, *desks)
