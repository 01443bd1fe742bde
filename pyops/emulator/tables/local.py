"""Known types of a site's own cluster (Azure Local), its machines and their patch windows.

Azure Local's PATCH calls take little more than tags (Azure's REST specification), so nearly everything replaces.
"""

from pyops.emulator.kinds import EVERYTHING, Kind, in_group

_ASSIGNMENT = "Microsoft.Maintenance/configurationAssignments/{configurationAssignmentName}"


def _local(name: str, path: str, **facts: object) -> Kind:
    template = in_group(f"Microsoft.AzureStackHCI/{path}")
    return Kind(f"azure-native:azurestackhci:{name}", template, located=True, **facts)  # type: ignore[arg-type]  # passed on as given


KINDS = (
    Kind(
        "azure-native:extendedlocation:CustomLocation",
        in_group("Microsoft.ExtendedLocation/customLocations/{resourceName}"),
        located=True,
        replaces=("namespace", "hostResourceId", "hostType"),
        note="made by the cluster's deployment; here it is an ordinary resource",
    ),
    _local(
        "LogicalNetwork",
        "logicalNetworks/{logicalNetworkName}",
        replaces=(EVERYTHING,),
        in_place=("tags", "subnets[].networkSecurityGroup"),
    ),
    _local("NetworkSecurityGroup", "networkSecurityGroups/{networkSecurityGroupName}"),
    Kind(
        "azure-native:azurestackhci:SecurityRule",
        in_group(
            "Microsoft.AzureStackHCI/networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}"
        ),
    ),
    _local(
        "NetworkInterface",
        "networkInterfaces/{networkInterfaceName}",
        replaces=(EVERYTHING,),
        in_place=("tags", "networkSecurityGroup"),
        needs=("ipConfigurations[].properties.subnet.id", "networkSecurityGroup.id"),
        note="an interface may hold its network's gateway address here; whether Azure Local lets it is not established",
    ),
    _local(
        "VirtualHardDisk",
        "virtualHardDisks/{virtualHardDiskName}",
        replaces=(EVERYTHING,),
        in_place=("tags",),
    ),
    _local("GalleryImage", "galleryImages/{galleryImageName}", replaces=(EVERYTHING,), in_place=("tags",)),
    _local(
        "MarketplaceGalleryImage",
        "marketplaceGalleryImages/{marketplaceGalleryImageName}",
        replaces=(EVERYTHING,),
        in_place=("tags",),
    ),
    _local("StorageContainer", "storageContainers/{storageContainerName}", replaces=("path",)),
    Kind(
        "azure-native:hybridcompute:Machine",
        in_group("Microsoft.HybridCompute/machines/{machineName}"),
        located=True,
        replaces=("kind",),
        minted=("vmId",),
    ),
    Kind(
        "azure-native:azurestackhci:VirtualMachineInstance",
        "{resourceUri}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default",
        replaces=("storageProfile.imageReference",),
        needs=("networkProfile.networkInterfaces[].id", "storageProfile.dataDisks[].id"),
        minted=("vmId",),
        note="changes of the operating system's settings are shown as in place, which Azure may refuse",
    ),
    Kind(
        "azure-native:maintenance:MaintenanceConfiguration",
        in_group("Microsoft.Maintenance/maintenanceConfigurations/{resourceName}"),
        located=True,
    ),
    Kind(
        "azure-native:maintenance:ConfigurationAssignment",
        in_group(f"{{providerName}}/{{resourceType}}/{{resourceName}}/providers/{_ASSIGNMENT}"),
        replaces=("maintenanceConfigurationId",),
        needs=("maintenanceConfigurationId",),
    ),
    Kind(
        "azure-native:maintenance:ConfigurationAssignmentsForSubscription",
        f"/subscriptions/{{subscriptionId}}/providers/{_ASSIGNMENT}",
        replaces=("maintenanceConfigurationId",),
        needs=("maintenanceConfigurationId",),
    ),
    Kind(
        "azure-native:maintenance:ConfigurationAssignmentsForResourceGroup",
        in_group(_ASSIGNMENT),
        replaces=("maintenanceConfigurationId",),
        needs=("maintenanceConfigurationId",),
    ),
)
