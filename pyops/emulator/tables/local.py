"""Known types of a site's own cluster (Azure Local), its machines, their patch windows and how they are watched.

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
        needs=("containerId",),
    ),
    _local(
        "GalleryImage",
        "galleryImages/{galleryImageName}",
        replaces=(EVERYTHING,),
        in_place=("tags",),
        needs=("containerId",),
        note="an image in use cannot be deleted here; whether Azure Local refuses that is not established",
    ),
    _local(
        "MarketplaceGalleryImage",
        "marketplaceGalleryImages/{marketplaceGalleryImageName}",
        replaces=(EVERYTHING,),
        in_place=("tags",),
    ),
    _local(
        "StorageContainer",
        "storageContainers/{storageContainerName}",
        replaces=("path",),
        note="a container in use cannot be deleted here; whether Azure Local refuses that is not established",
    ),
    Kind(
        "azure-native:hybridcompute:Machine",
        in_group("Microsoft.HybridCompute/machines/{machineName}"),
        located=True,
        replaces=("kind",),
        minted=("vmId",),
    ),
    Kind(
        "azure-native:hybridcompute:MachineExtension",
        in_group("Microsoft.HybridCompute/machines/{machineName}/extensions/{extensionName}"),
        located=True,
        replaces=("properties.publisher", "properties.type"),
        note="it is recorded whether or not the machine's own agent is connected, without which Azure fails",
    ),
    Kind(
        "azure-native:azurestackhci:VirtualMachineInstance",
        "{resourceUri}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default",
        replaces=("storageProfile.imageReference",),
        needs=(
            "networkProfile.networkInterfaces[].id",
            "storageProfile.dataDisks[].id",
            "storageProfile.imageReference.id",
            "storageProfile.vmConfigStoragePathId",
        ),
        minted=("vmId",),
        note="changes of the operating system's settings are shown as in place, which Azure may refuse",
    ),
    Kind(
        "azure-native:maintenance:MaintenanceConfiguration",
        in_group("Microsoft.Maintenance/maintenanceConfigurations/{resourceName}"),
        located=True,
        note="its start and recurrence are not checked",
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
    Kind(
        "azure-native:monitor:DataCollectionEndpoint",
        in_group("Microsoft.Insights/dataCollectionEndpoints/{dataCollectionEndpointName}"),
        located=True,
    ),
    Kind(
        "azure-native:monitor:DataCollectionRule",
        in_group("Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}"),
        located=True,
        needs=("dataCollectionEndpointId", "destinations.logAnalytics[].workspaceResourceId"),
        note="that it must lie in its workspace's region is not checked",
    ),
    Kind(
        "azure-native:monitor:DataCollectionRuleAssociation",
        "{resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/{associationName}",
        needs=("dataCollectionRuleId", "dataCollectionEndpointId"),
        note="that an endpoint must lie in its machine's region is not checked",
    ),
    Kind(
        "azure-native:monitor:ScheduledQueryRule",
        in_group("Microsoft.Insights/scheduledQueryRules/{ruleName}"),
        located=True,
        replaces=("scopes", "kind"),
        needs=("scopes[]", "actions.actionGroups[]"),
        note="its query is not run",
    ),
)
