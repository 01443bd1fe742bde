"""Azure ids and names, computed from the model, so that no stack reads another stack's outputs.

Compare ids without regard to case: Azure answers with its own.
"""

from pyops.estate.hosts import Interface
from pyops.estate.model import Estate
from pyops.estate.network import Site

NETWORK_GROUP = "rg-network"
WAN = "wan"


def arm_id(estate: Estate, group: str, kind: str, *names: str) -> str:
    """The id of a resource in a resource group.

    `kind` is the full type, `Microsoft.Network/vpnSites/vpnSiteLinks`, with one name for each part after the provider.
    """
    provider, *types = kind.split("/")
    path = "/".join(f"{part}/{name}" for part, name in zip(types, names, strict=True))
    return f"/subscriptions/{estate.azure.subscription}/resourceGroups/{group}/providers/{provider}/{path}"


def site_group(site: str) -> str:
    """The resource group of a site's network and servers."""
    return f"rg-{site}"


def backup_group(site: str) -> str:
    """The resource group of a site's backups: apart, so that who runs servers cannot delete their copies."""
    return f"rg-backup-{site}"


def custom_location(estate: Estate, site: str) -> str:
    """The id of a site's Azure Local cluster, as resources name the place where they run."""
    return arm_id(estate, site_group(site), "Microsoft.ExtendedLocation/customLocations", f"cl-{site}")


def storage_container(estate: Estate, site: str) -> str:
    """The id of the folder on a cluster's shared volume that holds disks."""
    return arm_id(estate, site_group(site), "Microsoft.AzureStackHCI/storageContainers", f"sc-{site}")


def gallery_image(estate: Estate, site: str, image: str) -> str:
    """The id of a gold build as a site's cluster holds it."""
    return arm_id(estate, site_group(site), "Microsoft.AzureStackHCI/galleryImages", f"img-{image}")


def logical_network(site: str, interface: Interface) -> str:
    """The name of the logical network that an interface is on."""
    return zone_network(site, interface.zone) if interface.zone else circuit_network(site, str(interface.carrier))


def zone_network(site: str, zone: str) -> str:
    """The name of a zone's logical network."""
    return f"lnet-{site}-{zone}"


def circuit_network(site: str, carrier: str) -> str:
    """The name of a circuit's logical network."""
    return f"lnet-{site}-circuit-{carrier}"


def storage_account(estate: Estate, site: Site) -> str:
    """The name of a site's backup account: at most 24 small letters and digits, unique in all of Azure."""
    return f"st{estate.name}{site.id}".replace("_", "")[:24]
