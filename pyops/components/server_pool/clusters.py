"""A site's Azure Local cluster, as everything that runs on it names its place."""

from pulumi_azure_native import azurestackhci

from pyops.estate import Estate
from pyops.estate.azure import custom_location


def place_of(estate: Estate, site: str) -> azurestackhci.ExtendedLocationArgs:
    """The custom location of a site's cluster."""
    return azurestackhci.ExtendedLocationArgs(type="CustomLocation", name=custom_location(estate, site))
