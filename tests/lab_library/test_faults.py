"""Carriers and their cuts, with real packets between three sites."""

from ipaddress import IPv4Network

import pytest

from pyops.lab import Lab, carriers, faults, hosts, interfaces, namespaces, networks
from pyops.lab.place import HANDOVER

from .conftest import boot, circuit, reaches

pytestmark = pytest.mark.root
SITES = {"banbury": "198.51.100.8/29", "towcester": "198.51.100.16/29", "stratford": "198.51.100.24/29"}
CIRCUITS = {site: circuit(site, IPv4Network(prefix)) for site, prefix in SITES.items()}
ROUTERS = {site: network.prefix[2] for site, network in CIRCUITS.items()}


@pytest.fixture(scope="module")
def carried(lab: Lab) -> Lab:
    """A router at each of three sites, all on one carrier."""
    for site, network in CIRCUITS.items():
        networks.create(lab, network)
        boot(lab, site, (network, ROUTERS[site]))
    for site in CIRCUITS:
        for _ in range(50):
            if reaches(lab, site, CIRCUITS[site].gateway):
                break
    return lab


@pytest.fixture
def healed(carried: Lab) -> Lab:
    faults.heal(carried)
    return carried


def pairs(lab: Lab) -> set[str]:
    """The pairs of sites that reach each other now."""
    sites = sorted(SITES)
    return {f"{a}-{b}" for a in sites for b in sites if a < b and reaches(lab, a, ROUTERS[b])}


ALL = {"banbury-stratford", "banbury-towcester", "stratford-towcester"}


def test_a_carrier_joins_all_its_circuits(healed: Lab) -> None:
    assert pairs(healed) == ALL
    assert carriers.running(healed) == ["a"]


def test_the_lab_itself_is_on_no_circuit(healed: Lab) -> None:
    assert not reaches(healed, "banbury", CIRCUITS["banbury"].prefix[-2])


def test_a_cut_circuit_takes_one_site_off_and_its_link_stays_up(healed: Lab) -> None:
    faults.cut(healed, "banbury-a")
    assert pairs(healed) == {"stratford-towcester"}
    assert not reaches(healed, "banbury", CIRCUITS["banbury"].gateway)
    assert "state UP" in hosts.run(healed, "banbury", ["ip", "link", "show", "circuit-a"]).stdout


def test_a_cut_circuit_lets_nothing_through_in_the_other_direction_either(healed: Lab) -> None:
    received = ["cat", "/sys/class/net/circuit-a/statistics/rx_packets"]
    faults.cut(healed, "banbury-a")
    before = int(hosts.run(healed, "banbury", received).stdout)
    hosts.run(healed, "towcester", ["ping", "-c", "30", "-i", "0.02", str(ROUTERS["banbury"])], check=False)
    assert int(hosts.run(healed, "banbury", received).stdout) - before < 10


def test_a_cut_path_takes_one_pair_apart(healed: Lab) -> None:
    faults.cut(healed, "banbury-a:towcester-a")
    assert pairs(healed) == ALL - {"banbury-towcester"}


def test_several_cuts_are_one_step(healed: Lab) -> None:
    faults.cut(healed, "banbury-a:towcester-a", "banbury-a:stratford-a")
    assert pairs(healed) == {"stratford-towcester"}
    faults.heal(healed, "banbury-a:stratford-a", "banbury-a:towcester-a")
    assert pairs(healed) == ALL


def test_a_cut_carrier_takes_all_apart(healed: Lab) -> None:
    faults.cut(healed, "a")
    assert pairs(healed) == set()


def test_cuts_add_up_and_heal_one_by_one(healed: Lab) -> None:
    faults.cut(healed, "banbury-a:towcester-a")
    faults.partition(healed, "stratford")
    assert pairs(healed) == set()
    faults.heal(healed, "stratford-a")
    assert pairs(healed) == ALL - {"banbury-towcester"}
    faults.heal(healed)
    assert pairs(healed) == ALL


def test_a_circuit_made_again_is_still_cut(healed: Lab) -> None:
    faults.cut(healed, "banbury-a")
    interfaces.delete(healed.namespace, [HANDOVER.interface(CIRCUITS["banbury"].name)])
    networks.create(healed, CIRCUITS["banbury"])
    assert pairs(healed) == {"stratford-towcester"}


def test_the_router_goes_with_its_last_circuit(healed: Lab) -> None:
    for site in SITES:
        hosts.delete(healed, site)
    networks.delete(healed, CIRCUITS["banbury"].name)
    networks.delete(healed, CIRCUITS["towcester"].name)
    assert carriers.running(healed) == ["a"]
    networks.delete(healed, CIRCUITS["stratford"].name)
    assert carriers.running(healed) == []
    assert namespaces.begin_with(f"{healed.name}-") == []
