"""Rules of an estate that need more than one value to judge.

Each check is a pure function of the model and today's date, and yields every finding; none stops at the first.
"""

from collections.abc import Callable, Iterable
from datetime import date

from pyops.estate.checks.addresses import check_addresses
from pyops.estate.checks.cloud import check_cloud
from pyops.estate.checks.desks import check_desks
from pyops.estate.checks.gateways import check_gateways
from pyops.estate.checks.identity import check_identity
from pyops.estate.checks.links import check_links
from pyops.estate.checks.names import check_names
from pyops.estate.checks.patches import check_patches
from pyops.estate.checks.permissions import check_permissions
from pyops.estate.checks.pools import check_pools
from pyops.estate.checks.remote import check_staff_access
from pyops.estate.checks.routing import check_routing
from pyops.estate.checks.systems import check_systems
from pyops.estate.checks.web import check_web_sign_on
from pyops.estate.model import Estate
from pyops.estate.problems import Finding

CHECKS: tuple[Callable[[Estate, date], Iterable[Finding]], ...] = (
    check_names,
    check_addresses,
    check_routing,
    check_links,
    check_pools,
    check_desks,
    check_systems,
    check_identity,
    check_web_sign_on,
    check_staff_access,
    check_patches,
    check_cloud,
    check_gateways,
    check_permissions,
)
