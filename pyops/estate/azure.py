"""Azure ids and names, computed from the model, so that no stack reads another stack's outputs.

Compare ids without regard to case: Azure answers with its own.
"""

import hashlib
import uuid

from pyops.estate.hosts import Interface, Server
from pyops.estate.model import Estate
from pyops.estate.network import Site

NETWORK_GROUP = "rg-network"
MONITORING_GROUP = "rg-monitoring"
GUARD_GROUP = "rg-backup-guard"
"""Apart from the backups: who may weaken a vault must be somebody else than who runs it."""
WAN = "wan"
HUB_ASN = 65515
"""Of every gateway in a virtual hub in BGP; Azure takes no other."""
FIREWALL_POLICY = "afwp"
WORKSPACE = "logs"
ALERT_GROUP = "ag-operations"
MONITORING_SCOPE = "ampls"

SHORTEST_NAME = 3
"""Containers and policies of a vault have names of three characters at least."""

_NAMES = uuid.UUID("0d6c4f0e-8f0a-5b3e-9f64-7a1f0c1d5e42")


def arm_id(estate: Estate, group: str, kind: str, *names: str) -> str:
    """The id of a resource in a resource group.

    `kind` is the full type, `Microsoft.Network/vpnSites/vpnSiteLinks`, with one name for each part after the provider.
    """
    provider, *types = kind.split("/")
    path = "/".join(f"{part}/{name}" for part, name in zip(types, names, strict=True))
    return f"{group_id(estate, group)}/providers/{provider}/{path}"


def subscription_id(estate: Estate) -> str:
    """The id of the estate's subscription."""
    return f"/subscriptions/{estate.azure.subscription}"


def group_id(estate: Estate, group: str) -> str:
    """The id of a resource group."""
    return f"{subscription_id(estate)}/resourceGroups/{group}"


def steady_guid(*parts: str) -> str:
    """A GUID that follows from words: role assignments are named by one, and must keep it from run to run."""
    return str(uuid.uuid5(_NAMES, "\n".join(parts)))


def site_group(site: str) -> str:
    """The resource group of a site's network and servers."""
    return f"rg-{site}"


def cluster_group(site: str) -> str:
    """The resource group of a site's Azure Local cluster: its deployment makes it, and the stacks only name it."""
    return f"rg-cluster-{site}"


def backup_group(site: str) -> str:
    """The resource group of a site's backups: apart, so that who runs servers cannot delete their copies."""
    return f"rg-backup-{site}"


def custom_location(estate: Estate, site: str) -> str:
    """The id of a site's Azure Local cluster, as resources name the place where they run."""
    return arm_id(estate, cluster_group(site), "Microsoft.ExtendedLocation/customLocations", f"cl-{site}")


def storage_container_name(site: str) -> str:
    """The name of the folder on a cluster's shared volume that holds disks."""
    return f"sc-{site}"


def storage_container(estate: Estate, site: str) -> str:
    """The id of the folder on a cluster's shared volume that holds disks."""
    name = storage_container_name(site)
    return arm_id(estate, site_group(site), "Microsoft.AzureStackHCI/storageContainers", name)


def gallery_image_name(image: str) -> str:
    """The name of a gold build on every cluster."""
    return f"img-{image}"


def gallery_image(estate: Estate, site: str, image: str) -> str:
    """The id of a gold build as a site's cluster holds it."""
    return arm_id(estate, site_group(site), "Microsoft.AzureStackHCI/galleryImages", gallery_image_name(image))


def machine_id(estate: Estate, server: Server) -> str:
    """The id of a server's machine: its instance, its patches and its agent hang below it."""
    return arm_id(estate, site_group(server.site), "Microsoft.HybridCompute/machines", server.name)


def data_disk_name(server: Server) -> str:
    """The name of a server's data disk."""
    return f"vhd-{server.name}-data"


def data_disk_id(estate: Estate, server: Server) -> str:
    """The id of a server's data disk."""
    return arm_id(estate, site_group(server.site), "Microsoft.AzureStackHCI/virtualHardDisks", data_disk_name(server))


def network_interface_name(server: Server, interface: Interface) -> str:
    """The name of a server's port."""
    return f"nic-{server.name}-{interface.name}"


def patch_window(site: str, ring: str) -> str:
    """The name of the maintenance configuration of a ring at a site."""
    return f"mc-{site}-{ring}"


def logical_network(site: str, interface: Interface) -> str:
    """The name of the logical network that an interface is on."""
    return zone_network(site, interface.zone) if interface.zone else circuit_network(site, str(interface.carrier))


def zone_network(site: str, zone: str) -> str:
    """The name of a zone's logical network."""
    return f"lnet-{site}-{zone}"


def circuit_network(site: str, carrier: str) -> str:
    """The name of a circuit's logical network."""
    return f"lnet-{site}-circuit-{carrier}"


def virtual_hub(region: str) -> str:
    """The name of a region's hub."""
    return f"hub-{region}"


def vpn_gateway(region: str) -> str:
    """The name of the gateway where the tunnels of a region's hub end."""
    return f"vpng-{region}"


def hub_firewall(region: str) -> str:
    """The name of the firewall in a region's hub."""
    return f"afw-{region}"


def vpn_site(site: str) -> str:
    """The name of a datacentre, as the wide area network knows it."""
    return f"vst-{site}"


def ip_group(estate: Estate, *words: str) -> str:
    """The id of a set of addresses that the firewalls know by name: a site's zone, or `hubs`."""
    return arm_id(estate, NETWORK_GROUP, "Microsoft.Network/ipGroups", ip_group_name(*words))


def ip_group_name(*words: str) -> str:
    """The name of a set of addresses."""
    return "-".join(("ipg", *words))


def hub_tunnel(site: str, carrier: str, region: str) -> str:
    """The name by which the shared key of one tunnel between a site and a hub is kept."""
    return f"{site}-{carrier}-{region}"


def hub_tunnels(estate: Estate) -> tuple[str, ...]:
    """The names of all tunnels between sites and hubs: every circuit of every site to every hub."""
    return tuple(
        hub_tunnel(site.id, circuit, region)
        for site in estate.sites.values()
        for circuit in site.circuits
        for region in estate.azure.hubs
    )


def spoke_network(region: str) -> str:
    """The name of a region's own network."""
    return f"vnet-{region}"


def endpoints_subnet(estate: Estate, region: str) -> str:
    """The id of the subnet of a region's spoke that holds private endpoints."""
    names = (spoke_network(region), "endpoints")
    return arm_id(estate, NETWORK_GROUP, "Microsoft.Network/virtualNetworks/subnets", *names)


def private_zone(estate: Estate, zone: str) -> str:
    """The id of a private DNS zone."""
    return arm_id(estate, NETWORK_GROUP, "Microsoft.Network/privateDnsZones", zone)


BLOB_ZONE = "privatelink.blob.core.windows.net"
QUEUE_ZONE = "privatelink.queue.core.windows.net"
"""The clients of a recovery vault talk to its queues and blobs as well as to itself."""
_GEOGRAPHIES = {"uksouth": "uks", "ukwest": "ukw"}


def backup_zone(region: str) -> str:
    """The private DNS zone of a region's recovery vaults (Azure's geography codes; others go by their own name)."""
    return f"privatelink.{_GEOGRAPHIES.get(region, region)}.backup.windowsazure.com"


MONITORING_ZONES = (
    "privatelink.monitor.azure.com",
    "privatelink.oms.opinsights.azure.com",
    "privatelink.ods.opinsights.azure.com",
    "privatelink.agentsvc.azure-automation.net",
)
"""Beside the zone of blobs, what an endpoint of Azure Monitor's private link scope writes its addresses to."""


def private_zones(estate: Estate) -> tuple[str, ...]:
    """Every private DNS zone of the estate: what its private endpoints are called by."""
    backups = (backup_zone(region) for region in estate.azure.hubs)
    return (BLOB_ZONE, QUEUE_ZONE, *backups, *MONITORING_ZONES)


def workspace(estate: Estate) -> str:
    """The id of the workspace where all logs go."""
    return arm_id(estate, MONITORING_GROUP, "Microsoft.OperationalInsights/workspaces", WORKSPACE)


def alert_group(estate: Estate) -> str:
    """The id of the action group that every alert calls."""
    return arm_id(estate, MONITORING_GROUP, "Microsoft.Insights/actionGroups", ALERT_GROUP)


def vault_name(site: str) -> str:
    """The name of a site's recovery vault."""
    return f"rsv-{site}"


def storage_account(estate: Estate, site: Site) -> str:
    """The name of a site's backup account: 24 small letters and digits at most, unique in all of Azure."""
    told = hashlib.sha256(f"{estate.azure.subscription} {estate.name} {site.id}".encode()).hexdigest()
    return f"st{site.id}"[:16] + told[:8]


def storage_account_id(estate: Estate, site: Site) -> str:
    """The id of a site's backup account."""
    return arm_id(estate, backup_group(site.id), "Microsoft.Storage/storageAccounts", storage_account(estate, site))


def vault_id(estate: Estate, site: str) -> str:
    """The id of a site's recovery vault."""
    return arm_id(estate, backup_group(site), "Microsoft.RecoveryServices/vaults", vault_name(site))


def guard_name(region: str) -> str:
    """The name of a region's resource guard: a vault takes none of another region."""
    return f"guard-{region}"


def resource_guard(estate: Estate, region: str) -> str:
    """The id of the guard of all recovery vaults in a region."""
    return arm_id(estate, GUARD_GROUP, "Microsoft.DataProtection/resourceGuards", guard_name(region))


def policy_name(policy: str) -> str:
    """What a backup policy is called in Azure, where names have three characters at least and no underscores."""
    name = policy.replace("_", "-")
    return name if len(name) >= SHORTEST_NAME else f"policy-{name}"


def backup_container(policy: str) -> str:
    """The container of a site's account that holds its own backups under a policy."""
    return policy_name(policy)


def copy_container(source: str, policy: str) -> str:
    """The container that holds the copies of another site's backups under a policy; only replication writes to it."""
    return f"copy-of-{source}-{policy_name(policy)}"
