"""The servers of a pool: for each its interfaces with planned addresses, its disk, its machine and its instance."""

import pulumi
from pulumi_azure_native import azurestackhci, hybridcompute

from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import arm_id, custom_location, gallery_image, logical_network, site_group, storage_container
from pyops.estate.hosts import Interface, Server
from pyops.estate.servers import Pool

MIB_PER_GIB = 1024


class ServerPool(pulumi.ComponentResource):
    """All servers of one pool, at every site that has some.

    `administrator` and `administrator_key` are the account, and its public ssh key, that a new server is made with.
    """

    def __init__(
        self,
        estate: Estate,
        pool: Pool,
        administrator: str,
        administrator_key: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pyops:servers:ServerPool", pool.id, opts=opts)
        self._estate, self._pool = estate, pool
        self._administrator, self._administrator_key = administrator, administrator_key
        for server in estate.servers:
            if server.pool is pool:
                self._server(server)
        self.register_outputs({})

    def _server(self, server: Server) -> None:
        interfaces = [self._interface(server, interface) for interface in server.interfaces]
        disks = [self._disk(server, self._pool.disk)] if self._pool.disk else []
        machine = self._machine(server)
        self._instance(server, machine, interfaces, disks)

    def _interface(self, server: Server, interface: Interface) -> azurestackhci.NetworkInterface:
        name = f"nic-{server.name}-{interface.name}"
        network = arm_id(
            self._estate,
            site_group(server.site),
            "Microsoft.AzureStackHCI/logicalNetworks",
            logical_network(server.site, interface),
        )
        return azurestackhci.NetworkInterface(
            name,
            network_interface_name=name,
            resource_group_name=site_group(server.site),
            location=self._estate.azure.control_region,
            extended_location=self._place(server),
            mac_address=interface.mac,
            ip_configurations=[
                azurestackhci.IPConfigurationArgs(
                    name=interface.name,
                    properties=azurestackhci.IPConfigurationPropertiesArgs(
                        private_ip_address=str(interface.address),
                        subnet=azurestackhci.LogicalNetworkArmReferenceArgs(id=network),
                    ),
                )
            ],
            tags=self._tags(server),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _disk(self, server: Server, mebibytes: int) -> azurestackhci.VirtualHardDisk:
        name = f"vhd-{server.name}-data"
        return azurestackhci.VirtualHardDisk(
            name,
            virtual_hard_disk_name=name,
            resource_group_name=site_group(server.site),
            location=self._estate.azure.control_region,
            extended_location=self._place(server),
            disk_size_gb=mebibytes // MIB_PER_GIB,
            dynamic=True,
            disk_file_format="vhdx",
            hyper_v_generation="V2",
            container_id=storage_container(self._estate, server.site),
            tags=self._tags(server),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _machine(self, server: Server) -> hybridcompute.Machine:
        return hybridcompute.Machine(
            server.name,
            machine_name=server.name,
            resource_group_name=site_group(server.site),
            location=self._estate.azure.control_region,
            kind="HCI",
            identity=hybridcompute.IdentityArgs(type=hybridcompute.ResourceIdentityType.SYSTEM_ASSIGNED),
            os_profile=hybridcompute.OSProfileArgs(
                linux_configuration=hybridcompute.OSProfileLinuxConfigurationArgs(assessment_mode="AutomaticByPlatform")
            ),
            tags={**self._tags(server), "domain": self._estate.domain, "ring": server.pool.ring},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _instance(
        self,
        server: Server,
        machine: hybridcompute.Machine,
        interfaces: list[azurestackhci.NetworkInterface],
        disks: list[azurestackhci.VirtualHardDisk],
    ) -> None:
        machine_id = arm_id(self._estate, site_group(server.site), "Microsoft.HybridCompute/machines", server.name)
        azurestackhci.VirtualMachineInstance(
            f"{server.name}-instance",
            resource_uri=machine_id.lstrip("/"),
            extended_location=self._place(server),
            hardware_profile=azurestackhci.VirtualMachineInstancePropertiesHardwareProfileArgs(
                vm_size="Custom", processors=server.pool.cpu, memory_mb=server.pool.memory
            ),
            network_profile=azurestackhci.VirtualMachineInstancePropertiesNetworkProfileArgs(
                network_interfaces=[
                    azurestackhci.NetworkInterfaceArmReferenceArgs(id=self._id(server, "networkInterfaces", name))
                    for name in (f"nic-{server.name}-{interface.name}" for interface in server.interfaces)
                ]
            ),
            os_profile=self._system(server),
            security_profile=azurestackhci.VirtualMachineInstancePropertiesSecurityProfileArgs(
                uefi_settings=azurestackhci.VirtualMachineInstancePropertiesSecurityProfileUefiSettingsArgs(
                    secure_boot_enabled=True
                )
            ),
            storage_profile=self._storage(server),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[machine, *interfaces, *disks]),
        )

    def _system(self, server: Server) -> azurestackhci.VirtualMachineInstancePropertiesOsProfileArgs:
        key = azurestackhci.SshPublicKeyArgs(
            key_data=self._administrator_key, path=f"/home/{self._administrator}/.ssh/authorized_keys"
        )
        return azurestackhci.VirtualMachineInstancePropertiesOsProfileArgs(
            computer_name=server.name,
            admin_username=self._administrator,
            linux_configuration=azurestackhci.VirtualMachineInstancePropertiesOsProfileLinuxConfigurationArgs(
                disable_password_authentication=True,
                provision_vm_agent=True,
                provision_vm_config_agent=True,
                ssh=azurestackhci.SshConfigurationArgs(public_keys=[key]),
            ),
        )

    def _storage(self, server: Server) -> azurestackhci.VirtualMachineInstancePropertiesStorageProfileArgs:
        disks = [self._id(server, "virtualHardDisks", f"vhd-{server.name}-data")] if self._pool.disk else []
        return azurestackhci.VirtualMachineInstancePropertiesStorageProfileArgs(
            vm_config_storage_path_id=storage_container(self._estate, server.site),
            image_reference=azurestackhci.ImageArmReferenceArgs(
                id=gallery_image(self._estate, server.site, self._pool.image)
            ),
            os_disk=azurestackhci.VirtualMachineInstancePropertiesStorageProfileOsDiskArgs(os_type="Linux"),
            data_disks=[azurestackhci.VirtualHardDiskArmReferenceArgs(id=disk) for disk in disks],
        )

    def _id(self, server: Server, kind: str, name: str) -> str:
        return arm_id(self._estate, site_group(server.site), f"Microsoft.AzureStackHCI/{kind}", name)

    def _place(self, server: Server) -> azurestackhci.ExtendedLocationArgs:
        return azurestackhci.ExtendedLocationArgs(
            type="CustomLocation", name=custom_location(self._estate, server.site)
        )

    def _tags(self, server: Server) -> dict[str, str]:
        return site_tags(self._estate, self._estate.sites[server.site], pool=self._pool.id)
