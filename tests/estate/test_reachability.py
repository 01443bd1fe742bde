"""Who may talk to whom."""

import pytest

from pyops.estate import Estate
from pyops.estate.reachability import allowed, passages, ports, zone_pairs


@pytest.mark.parametrize(
    ("start", "end", "services"),
    [
        (("banbury", "management"), ("towcester", "management"), ("ping", "ssh")),
        (("banbury", "management"), ("banbury", "desktops"), ("ping", "ssh")),
        (("banbury", "servers"), ("banbury", "management"), ("dns",)),
        (("banbury", "servers"), ("towcester", "management"), ()),
        (("banbury", "desktops"), ("banbury", "management"), ()),
        (("banbury", "desktops"), ("stratford", "desktops"), ()),
        (("banbury", "servers"), ("stratford", "desktops"), ()),
    ],
)
def test_flows_decide_between_zones_and_sites(
    lab: Estate, start: tuple[str, str], end: tuple[str, str], services: tuple[str, ...]
) -> None:
    assert allowed(lab, *start, *end) == services


def test_within_a_zone_of_a_site_hosts_talk_freely(lab: Estate) -> None:
    assert allowed(lab, "banbury", "desktops", "banbury", "desktops") == tuple(lab.services)


def test_the_matrix_has_every_pair_of_places_once(lab: Estate) -> None:
    matrix = passages(lab)

    assert len(matrix) == 9 * 9
    assert sum(passage.free for passage in matrix) == 9
    assert len({(p.from_site, p.from_zone, p.to_site, p.to_zone) for p in matrix}) == 81


def test_the_matrix_of_zones_tells_one_site_and_two_apart(lab: Estate) -> None:
    pairs = {(pair.from_zone, pair.to_zone): pair for pair in zone_pairs(lab)}

    assert (pairs["servers", "management"].within, pairs["servers", "management"].between) == (("dns",), ())
    assert pairs["desktops", "desktops"].free
    assert pairs["desktops", "desktops"].between == ()
    for passage in passages(lab):
        pair = pairs[passage.from_zone, passage.to_zone]
        assert passage.services == (pair.within if passage.from_site == passage.to_site else pair.between)


def test_services_open_each_port_once(lab: Estate) -> None:
    assert [str(port) for port in ports(lab, ("ping", "dns", "dns"))] == ["echo/icmp", "53/tcp", "53/udp"]
