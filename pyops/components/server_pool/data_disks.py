"""A server's data disk: protected by the engine, and locked in Azure where the estate backs it up."""

import pulumi
from pulumi_azure_native import azurestackhci

from pyops.components.safeguards import is_protected, lock
from pyops.components.server_pool.clusters import place_of
from pyops.components.tags import server_tags
from pyops.estate import Estate
from pyops.estate.azure import data_disk_id, data_disk_name, site_group, storage_container
from pyops.estate.hosts import Server

MIB_PER_GIB = 1024


def data_disk(
    parent: pulumi.Resource, estate: Estate, server: Server, mebibytes: int, container: pulumi.Resource
) -> azurestackhci.VirtualHardDisk:
    """The disk beside the system's own.

    Azure Local changes no more than a disk's tags in place: another size is another, empty disk, and `protect` refuses
    it. The lock refuses a deletion by hand too; it is left out where the pool has no backup policy, which an exemption
    of the estate explains: such a disk holds nothing that cannot be made again.
    """
    name = data_disk_name(server)
    disk = azurestackhci.VirtualHardDisk(
        name,
        virtual_hard_disk_name=name,
        resource_group_name=site_group(server.site),
        location=estate.azure.control_region,
        extended_location=place_of(estate, server.site),
        disk_size_gb=mebibytes // MIB_PER_GIB,
        dynamic=True,
        disk_file_format="vhdx",
        hyper_v_generation="V2",
        container_id=storage_container(estate, server.site),
        tags=server_tags(estate, server),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[container],
            protect=is_protected(estate, server.name, server.pool.id, server.site),
            replace_on_changes=["diskSizeGB", "containerId"],
        ),
    )
    if server.pool.backup:
        reason = f"Holds the data of {server.name}. The estate's retirements name what may be removed."
        lock(parent, name, data_disk_id(estate, server), reason, disk)
    return disk
