"""The shared network: every site's zones and circuits, and the backbone that joins them."""

import pulumi

from pyops.components import Backbone, SiteNetwork, declare

estate = declare()
for site in estate.sites.values():
    SiteNetwork(estate, site)
Backbone(estate)

pulumi.export("sites", list(estate.sites))
