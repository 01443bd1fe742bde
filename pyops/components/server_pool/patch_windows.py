"""When a site's servers may be patched: a maintenance configuration for each ring, each site on a night of its own."""

from datetime import datetime, timedelta

import pulumi
from pulumi_azure_native import maintenance

from pyops.components.tags import site_tags
from pyops.estate import Estate
from pyops.estate.azure import arm_id, machine_id, patch_window, site_group
from pyops.estate.hosts import Server
from pyops.estate.network import Site
from pyops.estate.patches import Ring

TIME_ZONE = "GMT Standard Time"
"""The name that Windows, and so Azure, has for the time of the United Kingdom, summer time included."""
EVERYTHING = ("Critical", "Security", "Other")
"""All that the mirror offers is installed: the baseline is decided there, and every host is to reach the same."""


class PatchWindows(pulumi.ComponentResource):
    """A site's windows, by ring; only rings that have servers there.

    They lie in the machines' control region: whether a machine may join a window of another region is not established.
    """

    def __init__(self, estate: Estate, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pyops:servers:PatchWindows", site.id, opts=opts)
        self._estate, self._site = estate, site
        used = {server.pool.ring for server in estate.servers if server.site == site.id}
        self._windows = {ring.id: self._window(ring) for ring in estate.patches.rings.values() if ring.id in used}
        self.register_outputs({})

    def assign(self, parent: pulumi.Resource, server: Server, instance: pulumi.Resource) -> None:
        """Patch a server in its ring's window."""
        ring = server.pool.ring
        maintenance.ConfigurationAssignment(
            f"patches-{server.name}",
            configuration_assignment_name="patches",
            resource_group_name=site_group(server.site),
            provider_name="Microsoft.HybridCompute",
            resource_type="machines",
            resource_name_=server.name,
            location=self._estate.azure.control_region,
            resource_id=machine_id(self._estate, server),
            maintenance_configuration_id=self._id(ring),
            opts=pulumi.ResourceOptions(
                parent=parent,
                depends_on=[instance, self._windows[ring]],
                replace_on_changes=["maintenanceConfigurationId"],
            ),
        )

    def _window(self, ring: Ring) -> maintenance.MaintenanceConfiguration:
        patches, site = self._estate.patches, self._site
        start = datetime.combine(patches.first_day(site.id, ring), patches.window.start)
        name = patch_window(site.id, ring.id)
        return maintenance.MaintenanceConfiguration(
            name,
            resource_name_=name,
            resource_group_name=site_group(site.id),
            location=self._estate.azure.control_region,
            maintenance_scope="InGuestPatch",
            extension_properties={"InGuestPatchMode": "User"},
            start_date_time=f"{start:%Y-%m-%d %H:%M}",
            duration=_hours_and_minutes(patches.window.duration),
            time_zone=TIME_ZONE,
            recur_every=f"Week {patches.window.days[site.id].capitalize()}",
            install_patches=maintenance.InputPatchConfigurationArgs(
                reboot_setting="IfRequired",
                linux_parameters=maintenance.InputLinuxParametersArgs(classifications_to_include=list(EVERYTHING)),
            ),
            tags=site_tags(self._estate, site, ring=ring.id),
            opts=pulumi.ResourceOptions(parent=self, replace_on_changes=["location"]),
        )

    def _id(self, ring: str) -> str:
        name = patch_window(self._site.id, ring)
        return arm_id(self._estate, site_group(self._site.id), "Microsoft.Maintenance/maintenanceConfigurations", name)


def _hours_and_minutes(duration: timedelta) -> str:
    hours, minutes = divmod(int(duration.total_seconds()) // 60, 60)
    return f"{hours:02}:{minutes:02}"
