"""A server as Azure manages it: the Arc machine that instance, patches, agent and inventory hang on."""

import pulumi
from pulumi_azure_native import hybridcompute

from pyops.components.tags import server_tags
from pyops.estate import Estate
from pyops.estate.azure import patch_window, site_group
from pyops.estate.hosts import Server


def machine(parent: pulumi.Resource, estate: Estate, server: Server) -> hybridcompute.Machine:
    """The machine, with the tags by which people find hosts: domain, ring, patch window, and backup policy if any."""
    backup = {"backup": server.pool.backup} if server.pool.backup else {}
    return hybridcompute.Machine(
        server.name,
        machine_name=server.name,
        resource_group_name=site_group(server.site),
        location=estate.azure.control_region,
        kind="HCI",
        identity=hybridcompute.IdentityArgs(type=hybridcompute.ResourceIdentityType.SYSTEM_ASSIGNED),
        os_profile=hybridcompute.OSProfileArgs(
            linux_configuration=hybridcompute.OSProfileLinuxConfigurationArgs(assessment_mode="AutomaticByPlatform")
        ),
        tags=server_tags(
            estate,
            server,
            **backup,
            **{"patch-window": patch_window(server.site, server.pool.ring)},
            domain=estate.domain,
            ring=server.pool.ring,
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )
