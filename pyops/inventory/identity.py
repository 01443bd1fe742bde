"""What hosts need to know of sign-on: the realm and its controllers, units and groups, and who may log in where."""

from typing import Any

from pyops.estate.hosts import Server
from pyops.estate.identity import computer_name
from pyops.estate.model import Estate
from pyops.estate.patches import DESKTOPS

Variables = dict[str, Any]


def directory_variables(estate: Estate) -> Variables:
    """What is true for every host: the realm, its short name, and all controllers in the estate's order."""
    realm = estate.directory.realm
    return {
        "estate_directory": {
            "realm": realm,
            "domain": realm.partition(".")[0][:15],
            "dns_domain": realm.lower(),
            "controllers": [_controller(server) for server in _controllers(estate)],
        },
        "estate_login_groups": [],
        "estate_sudo_groups": [],
    }


def site_directory_variables(estate: Estate, site: str) -> Variables:
    """What is true for every host of a site: its own controllers come first, the others stand in for them."""
    nearest_first = sorted(_controllers(estate), key=lambda server: server.site != site)
    return {"estate_controllers": [_controller(server) for server in nearest_first]}


def controller_variables(estate: Estate) -> Variables:
    """What a controller needs to know: sites with their prefixes, units, groups, and the rules for passwords."""
    directory = estate.directory
    passwords = directory.passwords
    return {
        "estate_directory_sites": {site.id: [str(site.supernet)] for site in estate.sites.values()},
        "estate_directory_partners": list(estate.partners),
        "estate_directory_groups": {group.id: group.role for group in directory.groups.values()},
        "estate_passwords": {
            "minimum_length": passwords.minimum_length,
            "complexity": passwords.complexity,
            "history": passwords.history,
            "lock_out_after": passwords.lock_out_after,
            "lock_out_minutes": int(passwords.lock_out_duration.total_seconds() // 60),
            "expire_after_days": passwords.expire_after.days if passwords.expire_after else 0,
        },
    }


def access_variables(estate: Estate, pool: str) -> Variables:
    """Which groups may log in on a pool's hosts, and which of them may become root; `desktops` for the desks."""
    groups = estate.directory.groups.values()
    return {
        "estate_login_groups": [group.id for group in groups if pool in group.reaches],
        "estate_sudo_groups": [group.id for group in groups if pool in group.sudo],
    }


def access_of_all(estate: Estate) -> dict[str, Variables]:
    """The same by the inventory's groups."""
    pools = {f"pool_{pool}": access_variables(estate, pool) for pool in estate.pools}
    return {**pools, "desktops": access_variables(estate, DESKTOPS)}


def _controllers(estate: Estate) -> list[Server]:
    return [server for server in estate.servers if server.pool.id == estate.directory.pool]


def _controller(server: Server) -> dict[str, str]:
    return {
        "name": server.name,
        "computer": computer_name(server),
        "address": str(server.address),
        "site": server.site,
    }
