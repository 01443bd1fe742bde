"""Ansible's inventory plugin `estate`: hosts, groups and variables straight from the estate file."""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.inventory import BaseInventoryPlugin

from pyops.errors import PyopsError
from pyops.estate import ESTATE_FILE, Estate, load
from pyops.inventory.identity import (
    access_of_all,
    controller_variables,
    directory_variables,
    site_directory_variables,
)
from pyops.inventory.patches import (
    desk_holds,
    mirror_variables,
    patches_variables,
    server_holds,
    site_patches_variables,
)
from pyops.inventory.remote import staff_access_variables
from pyops.inventory.variables import (
    Variables,
    desk_variables,
    estate_variables,
    gateway_variables,
    router_variables,
    server_variables,
)
from pyops.inventory.web import server_web_variables, web_variables

DOCUMENTATION = """
name: estate
short_description: Hosts of the estate file
description:
  - Reads an estate file and gives its servers and desks, grouped by site, pool, partner and ring.
  - Groups carry a prefix (C(site_banbury), C(partner_cherwell), C(pool_router), C(ring_early)), since a site and a
    partner may share a name; C(servers) and C(desktops) hold all of a kind.
  - Gives facts of the estate as C(estate_*) variables of plain types.
options:
  plugin:
    description: Must be C(estate).
    required: true
    choices: [estate]
"""


class InventoryModule(BaseInventoryPlugin):  # type: ignore[misc]  # ansible-core ships no types
    """Feeds the model's hosts to Ansible by plain calls, with no template evaluated per host."""

    NAME = "estate"

    def verify_file(self, path: str) -> bool:
        """Only files of this name are estates; others in the folder belong to other plugins."""
        return Path(path).name == ESTATE_FILE

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        """Fill the inventory. A broken estate is refused with every problem, before any host is touched."""
        super().parse(inventory, loader, path, cache)
        try:
            estate = load(Path(path))
        except PyopsError as error:
            raise AnsibleParserError(f"the estate is refused:\n{error}") from error
        self._add_servers(estate)
        self._add_desks(estate)
        self._set(
            "all",
            estate_variables(estate) | patches_variables(estate) | directory_variables(estate) | web_variables(estate),
        )
        self._set(f"pool_{estate.gateway_pool.id}", gateway_variables(estate))
        for site in estate.sites:
            if f"site_{site}" in inventory.groups:
                self._set(f"site_{site}", site_patches_variables(estate, site) | site_directory_variables(estate, site))
        for group, variables in access_of_all(estate).items():
            if group in inventory.groups:
                self._set(group, variables)
        if f"pool_{estate.directory.pool}" in inventory.groups:
            self._set(f"pool_{estate.directory.pool}", controller_variables(estate))

    def _add_servers(self, estate: Estate) -> None:
        for server in estate.servers:
            groups = (
                f"site_{server.site}",
                f"partner_{server.partner}",
                f"pool_{server.pool.id}",
                f"ring_{server.pool.ring}",
            )
            variables = server_variables(server) | server_holds(estate, server) | server_web_variables(estate, server)
            variables |= staff_access_variables(estate, server)
            if server.pool.gateway:
                variables |= router_variables(estate, server.site)
            if server.pool.id == estate.patches.mirror.pool:
                variables |= mirror_variables(estate, server)
            self._add(server.name, ("servers", *groups), variables, server.address)

    def _add_desks(self, estate: Estate) -> None:
        for desk in estate.desktops.desks:
            groups = (f"site_{desk.site}", f"partner_{desk.partner}", f"ring_{desk.ring}")
            variables = desk_variables(estate, desk) | desk_holds(estate, desk)
            self._add(desk.name, ("desktops", *groups), variables, desk.address)

    def _add(self, host: str, groups: tuple[str, ...], variables: Variables, address: Any) -> None:
        for group in groups:
            if group not in self.inventory.groups:
                self.inventory.add_group(group)
        self.inventory.add_host(host)
        for group in groups:
            self.inventory.add_child(group, host)
        if address is not None:
            self.inventory.set_variable(host, "ansible_host", str(address))
        self._set(host, variables)

    def _set(self, where: str, variables: Variables) -> None:
        """Variables of a host or a group."""
        for name, value in variables.items():
            self.inventory.set_variable(where, name, value)
