"""The shared network beyond the sites: the wide area network, its hubs and spokes, inspection, names, and its watch."""

from pyops.components.backbone.hub_tunnels import HubTunnels, shared_keys
from pyops.components.backbone.hubs import RegionalHub
from pyops.components.backbone.inspection import Inspection
from pyops.components.backbone.monitoring import Monitoring
from pyops.components.backbone.monitoring_endpoint import MonitoringEndpoint
from pyops.components.backbone.private_names import PrivateNames
from pyops.components.backbone.spokes import Spoke
from pyops.components.backbone.wide_area import Backbone

__all__ = [
    "Backbone",
    "HubTunnels",
    "Inspection",
    "Monitoring",
    "MonitoringEndpoint",
    "PrivateNames",
    "RegionalHub",
    "Spoke",
    "shared_keys",
]
