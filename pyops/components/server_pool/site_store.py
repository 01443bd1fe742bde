"""What a site's servers are made of: the folder for their disks and the gold builds, and who may make them."""

import pulumi
from pulumi_azure_native import azurestackhci

from pyops.components.access import Role, grant
from pyops.components.safeguards import is_protected
from pyops.components.server_pool.clusters import place_of
from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import (
    gallery_image_name,
    group_id,
    site_group,
    storage_container,
    storage_container_name,
)
from pyops.estate.network import Site
from pyops.estate.servers import Image

VOLUME = r"C:\ClusterStorage\UserStorage_1"
"""The first volume for workloads that the deployment of a cluster makes: every node of the site sees it."""


class SiteStore(pulumi.ComponentResource):
    """A site's share of the pool: storage and images.

    A gold build is put on the volume as `images\\<image>-<release>.vhdx` before it is declared: nothing is fetched.
    """

    def __init__(self, estate: Estate, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:servers:SiteStore", site.id, opts=opts)
        self._estate, self._site = estate, site
        self.container = self._container()
        used = {server.pool.image for server in estate.servers if server.site == site.id}
        self.images = {image.id: self._image(image) for image in estate.images.values() if image.id in used}
        group = group_id(estate, site_group(site.id))
        engineers = estate.azure.groups.engineers
        grant(self, estate, f"servers-{site.id}", group, Role.LOCAL_VM_CONTRIBUTOR, engineers, self.container)
        self.register_outputs({})

    def _container(self) -> azurestackhci.StorageContainer:
        name = storage_container_name(self._site.id)
        return azurestackhci.StorageContainer(
            name,
            storage_container_name=name,
            resource_group_name=site_group(self._site.id),
            location=self._estate.azure.control_region,
            extended_location=place_of(self._estate, self._site.id),
            path=rf"{VOLUME}\{name}",
            tags=site_tags(self._estate, self._site),
            opts=pulumi.ResourceOptions(
                parent=self, protect=is_protected(self._estate, self._site.id), replace_on_changes=["path"]
            ),
        )

    def _image(self, image: Image) -> azurestackhci.GalleryImage:
        name = gallery_image_name(image.id)
        return azurestackhci.GalleryImage(
            f"{name}-{self._site.id}",
            gallery_image_name=name,
            resource_group_name=site_group(self._site.id),
            location=self._estate.azure.control_region,
            extended_location=place_of(self._estate, self._site.id),
            container_id=storage_container(self._estate, self._site.id),
            image_path=rf"{VOLUME}\images\{image.id}-{image.release}.vhdx",
            os_type="Linux",
            hyper_v_generation="V2",
            cloud_init_data_source="NoCloud",
            tags=site_tags(self._estate, self._site, release=image.release),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self.container], replace_on_changes=["imagePath", "containerId"]
            ),
        )
