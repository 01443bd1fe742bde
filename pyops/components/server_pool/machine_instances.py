"""A server as its cluster runs it: size, ports, disks, and the gold build that it begins with."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import azurestackhci

from pyops.components.server_pool.clusters import place_of
from pyops.estate import Estate
from pyops.estate.azure import (
    arm_id,
    data_disk_id,
    gallery_image,
    machine_id,
    network_interface_name,
    site_group,
    storage_container,
)
from pyops.estate.hosts import Server


@dataclass(frozen=True)
class Administrator:
    """The account that a new server is made with, and its public ssh key."""

    account: str
    key: str


def machine_instance(
    parent: pulumi.Resource,
    estate: Estate,
    server: Server,
    administrator: Administrator,
    parts: Sequence[pulumi.Resource],
    image: pulumi.Resource,
) -> azurestackhci.VirtualMachineInstance:
    """The virtual machine below a server's machine, put together of `parts` and begun with `image`.

    Size, ports and data disks change in place. It is made anew with a part that is made anew, and for another image;
    not when the same image changes, which would take down every server at once.
    """
    return azurestackhci.VirtualMachineInstance(
        f"{server.name}-instance",
        resource_uri=machine_id(estate, server).lstrip("/"),
        extended_location=place_of(estate, server.site),
        hardware_profile=azurestackhci.VirtualMachineInstancePropertiesHardwareProfileArgs(
            vm_size="Custom", processors=server.pool.cpu, memory_mb=server.pool.memory
        ),
        network_profile=_ports(estate, server),
        os_profile=_system(server, administrator),
        security_profile=azurestackhci.VirtualMachineInstancePropertiesSecurityProfileArgs(
            uefi_settings=azurestackhci.VirtualMachineInstancePropertiesSecurityProfileUefiSettingsArgs(
                secure_boot_enabled=True
            )
        ),
        storage_profile=_storage(estate, server),
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[*parts, image],
            replace_with=list(parts),
            replace_on_changes=["storageProfile.imageReference"],
        ),
    )


def _ports(estate: Estate, server: Server) -> azurestackhci.VirtualMachineInstancePropertiesNetworkProfileArgs:
    names = [network_interface_name(server, interface) for interface in server.interfaces]
    kind, group = "Microsoft.AzureStackHCI/networkInterfaces", site_group(server.site)
    return azurestackhci.VirtualMachineInstancePropertiesNetworkProfileArgs(
        network_interfaces=[
            azurestackhci.NetworkInterfaceArmReferenceArgs(id=arm_id(estate, group, kind, name)) for name in names
        ]
    )


def _system(
    server: Server, administrator: Administrator
) -> azurestackhci.VirtualMachineInstancePropertiesOsProfileArgs:
    key = azurestackhci.SshPublicKeyArgs(
        key_data=administrator.key, path=f"/home/{administrator.account}/.ssh/authorized_keys"
    )
    return azurestackhci.VirtualMachineInstancePropertiesOsProfileArgs(
        computer_name=server.name,
        admin_username=administrator.account,
        linux_configuration=azurestackhci.VirtualMachineInstancePropertiesOsProfileLinuxConfigurationArgs(
            disable_password_authentication=True,
            provision_vm_agent=True,
            provision_vm_config_agent=True,
            ssh=azurestackhci.SshConfigurationArgs(public_keys=[key]),
        ),
    )


def _storage(estate: Estate, server: Server) -> azurestackhci.VirtualMachineInstancePropertiesStorageProfileArgs:
    disks = [data_disk_id(estate, server)] if server.pool.disk else []
    return azurestackhci.VirtualMachineInstancePropertiesStorageProfileArgs(
        vm_config_storage_path_id=storage_container(estate, server.site),
        image_reference=azurestackhci.ImageArmReferenceArgs(id=gallery_image(estate, server.site, server.pool.image)),
        os_disk=azurestackhci.VirtualMachineInstancePropertiesStorageProfileOsDiskArgs(os_type="Linux"),
        data_disks=[azurestackhci.VirtualHardDiskArmReferenceArgs(id=disk) for disk in disks],
    )
