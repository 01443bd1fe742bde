"""The shared network: every site's zones and circuits, and the backbone that joins them."""

import pulumi

from pyops.components.backbone import (
    Backbone,
    HubTunnels,
    Inspection,
    Monitoring,
    MonitoringEndpoint,
    PrivateNames,
    RegionalHub,
    Spoke,
    shared_keys,
)
from pyops.components.program import declare
from pyops.components.site_network import SiteNetwork

estate = declare()
for site in estate.sites.values():
    SiteNetwork(estate, site)

keys = shared_keys(estate)
monitoring = Monitoring(estate)
backbone = Backbone(estate)
inspection = Inspection(estate, backbone)
hubs, spokes = {}, {}
for region, place in estate.azure.hubs.items():
    hubs[region] = RegionalHub(estate, place, backbone, inspection, monitoring)
    HubTunnels(estate, place, backbone, hubs[region], keys)
    spokes[region] = Spoke(estate, place, backbone, hubs[region], monitoring)
names = PrivateNames(estate, backbone, spokes.values())
MonitoringEndpoint(estate, spokes[estate.azure.regions[0]], names, monitoring)

pulumi.export("sites", list(estate.sites))
pulumi.export("gateways", {region: hub.gateway_addresses for region, hub in hubs.items()})
