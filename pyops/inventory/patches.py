"""What hosts need to know of patches: where packages come from, when they may be installed, and what stays."""

from typing import Any

from pyops.estate.hosts import Server
from pyops.estate.model import Estate
from pyops.estate.patches import DESKTOPS, FIXES, Hold
from pyops.estate.service import Desk

Variables = dict[str, Any]


def patches_variables(estate: Estate) -> Variables:
    """What is true for every host."""
    patches = estate.patches
    return {
        "estate_patches": {"baseline": str(patches.baseline), "rings": list(patches.rings)},
        "estate_holds": [],
    }


def site_patches_variables(estate: Estate, site: str) -> Variables:
    """What is true for every host of a site: its own mirror comes first, the others stand in for it."""
    window = estate.patches.window
    nearest_first = sorted(estate.sites, key=lambda one: one != site)
    return {
        "estate_mirrors": [_uri(estate, estate.mirrors[one]) for one in nearest_first],
        "estate_window": {
            "day": str(window.days[site]),
            "start": f"{window.start:%H:%M}",
            "minutes": int(window.duration.total_seconds() // 60),
        },
    }


def server_holds(estate: Estate, server: Server) -> Variables:
    """The packages that stay as they are on a server, if any."""
    return _holds(estate, server.site, server.pool.id, server.name)


def desk_holds(estate: Estate, desk: Desk) -> Variables:
    """The packages that stay as they are on a desk, if any."""
    return _holds(estate, desk.site, DESKTOPS, desk.name)


def mirror_variables(estate: Estate, server: Server) -> Variables:
    """What a mirror needs to know: what it publishes, and from where. `origin` is empty on the one that fetches."""
    mirror = estate.patches.mirror
    origin = estate.mirrors[mirror.origin]
    sources = {"packages": estate.packages, FIXES: estate.patches.security}
    return {
        "estate_mirror": {
            "origin": "" if server == origin else _uri(estate, origin),
            "keep": mirror.keep,
            "reserve_mib": mirror.reserve,
            "sources": [{"name": name, **source.model_dump(mode="json")} for name, source in sources.items()],
        }
    }


def _uri(estate: Estate, mirror: Server) -> str:
    return f"http://{estate.full_name(mirror)}"


def _holds(estate: Estate, site: str, pool: str, host: str) -> Variables:
    found = [_hold(hold) for hold in estate.patches.holds if hold.is_for(site, pool, host)]
    return {"estate_holds": found} if found else {}


def _hold(hold: Hold) -> Variables:
    return {
        "package": hold.package,
        "version": hold.version or "",
        "reason": hold.reason,
        "owner": hold.owner,
        "expires": str(hold.expires),
    }
