"""The address plan."""

from collections import Counter

from pyops.estate import Estate
from pyops.estate.addressing import Use, address_plan


def test_the_plan_has_ports_tunnels_and_loopbacks_of_routers_and_ports_of_all_others(lab: Estate) -> None:
    plan = list(address_plan(lab))
    uses = Counter(one.use for one in plan)

    assert uses == {Use.ZONE: 3 * 3 + 18 + 3, Use.CIRCUIT: 6, Use.TUNNEL: 12, Use.LOOPBACK: 3, Use.PEERING: 6}
    assert len({one.address for one in plan}) == len(plan)
    assert all((one.mac is None) == (one.use in (Use.TUNNEL, Use.LOOPBACK, Use.PEERING)) for one in plan)


def test_desks_that_get_theirs_by_dhcp_are_not_in_it(production: Estate) -> None:
    hosts = {one.host for one in address_plan(production)}

    assert hosts == {server.name for server in production.servers}
