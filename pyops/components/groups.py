"""Resource groups: the folders that Azure keeps everything in, each named once as resource and to people."""

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import resources


def resource_group(parent: pulumi.Resource, name: str, region: str, tags: Mapping[str, str]) -> resources.ResourceGroup:
    """A group in a region, below a component."""
    options = pulumi.ResourceOptions(parent=parent)
    return resources.ResourceGroup(name, resource_group_name=name, location=region, tags=tags, opts=options)
