"""Each proof holds for the estates of the repository, and is refuted by the smallest case when it should be."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from pyops.estate import Estate, load
from pyops.estate.base import Part
from pyops.estate.cloud import GatewayAddress
from pyops.estate.proofs import PROOFS, Proof, prove_estate
from pyops.estate.proofs.copies import prove_copies
from pyops.estate.service import Desk

Edit = Callable[..., Path]


def proof(estate: Estate, name: str) -> Proof:
    return next(one for one in prove_estate(estate) if one.id == name)


def altered[P: Part](part: P, **fields: object) -> P:
    """A part with other values, as no check would let it through; what was computed from the old ones is forgotten."""
    copy = part.model_copy(update=fields)
    for computed in set(vars(copy)) - set(type(part).model_fields):
        del vars(copy)[computed]
    return copy


@pytest.mark.parametrize("name", ["production", "lab"])
def test_all_hold_for_the_estates_of_the_repository(name: str, request: pytest.FixtureRequest) -> None:
    proofs = prove_estate(request.getfixturevalue(name))

    assert [one.counter_example for one in proofs if not one.holds] == []
    assert len({one.id for one in proofs}) == len(PROOFS)
    assert all(one.cases > 0 for one in proofs), "a proof without a case proves nothing"


def test_all_hold_for_four_sites(edit: Edit, daventry: Mapping[str, str], today: date) -> None:
    assert [one.counter_example for one in prove_estate(load(edit(daventry), today)) if not one.holds] == []


def test_cases_are_counted(production: Estate) -> None:
    cases = {one.id: one.cases for one in prove_estate(production)}

    assert cases["placement"] == 10 * (1 + 3)
    assert cases["links"] == 3 * (1 + 6 + 6 + 2) + 3 * 1
    assert cases["hubs"] == 3 + 6 + 6 + 6
    assert cases["copies"] == 2 * 3 * 3
    assert cases["patch_days"] == 3 * 10
    assert cases["patch_deadline"] == 7 * 3 * 3
    assert cases["mirrors_reached"] == 3 * 3 * 3


def test_a_pool_that_a_site_takes_below_its_target(edit: Edit, today: date) -> None:
    estate = load(edit({"target: 2, ring: broad": "target: 3, ring: broad"}), today)

    assert proof(estate, "placement").counter_example == (
        "without banbury the pool application has 2 servers of its target 3"
    )


def test_a_pool_that_never_meets_its_target(lab: Estate) -> None:
    pool = altered(lab.pools["application"], target=4)
    estate = altered(lab, pools={**lab.pools, "application": pool})

    assert proof(estate, "placement").counter_example == (
        "with nothing lost the pool application has 3 servers of its target 4"
    )


def test_sites_that_one_carrier_joins(lab: Estate) -> None:
    estate = altered(lab, links={name: link for name, link in lab.links.items() if link.carrier == "a"})

    assert proof(estate, "links").counter_example == (
        "without circuit banbury-a banbury and towcester do not reach each other"
    )


def test_sites_that_nothing_joins(lab: Estate) -> None:
    assert proof(altered(lab, links={}), "links").counter_example == (
        "with nothing lost banbury and towcester do not reach each other"
    )


def test_a_site_whose_one_circuit_leads_to_the_hubs(lab: Estate) -> None:
    site = altered(lab.sites["stratford"], circuits={"a": lab.sites["stratford"].circuits["a"]})
    estate = altered(lab, sites={**lab.sites, "stratford": site})

    assert proof(estate, "hubs").counter_example == "without circuit stratford-a stratford has no tunnel to a hub"


def test_a_hub_that_was_not_recorded_is_no_way(lab: Estate) -> None:
    ends = (GatewayAddress.model_validate({"public": "192.0.2.1", "peering": "10.100.0.12"}),)
    estate = altered(lab, azure=altered(lab.azure, gateways={"uksouth": ends}))

    assert proof(estate, "hubs").counter_example == "without the hub of uksouth banbury has no tunnel to a hub"


def test_prefixes_that_overlap(lab: Estate) -> None:
    hub = altered(lab.azure.hubs["uksouth"], prefix=lab.sites["towcester"].zones["servers"].prefix)
    estate = altered(lab, azure=altered(lab.azure, hubs={**lab.azure.hubs, "uksouth": hub}))
    assert proof(estate, "prefixes_apart").counter_example == (
        "10.20.20.0/24 (hub uksouth) overlaps 10.20.0.0/16 (site towcester)"
    )

    zones = lab.sites["banbury"].zones
    zone = altered(zones["servers"], prefix=zones["desktops"].prefix)
    site = altered(lab.sites["banbury"], zones={**zones, "servers": zone})
    assert proof(altered(lab, sites={**lab.sites, "banbury": site}), "prefixes_apart").counter_example == (
        "10.10.32.0/20 (zone desktops of banbury) overlaps 10.10.32.0/20 (zone servers of banbury)"
    )


def test_a_zone_outside_its_site(lab: Estate) -> None:
    zones = lab.sites["banbury"].zones
    zone = altered(zones["servers"], prefix=lab.sites["towcester"].zones["servers"].prefix.supernet(9))
    site = altered(lab.sites["banbury"], zones={**zones, "servers": zone})

    assert (
        "lies outside 10.10.0.0/16 of banbury"
        in proof(altered(lab, sites={**lab.sites, "banbury": site}), "addresses_in_place").counter_example
    )


def test_an_address_outside_its_prefix(lab: Estate) -> None:
    circuits = lab.sites["banbury"].circuits
    circuit = altered(circuits["a"], address=circuits["b"].address)
    site = altered(lab.sites["banbury"], circuits={**circuits, "a": circuit})

    assert proof(altered(lab, sites={**lab.sites, "banbury": site}), "addresses_in_place").counter_example == (
        "203.0.113.10 of banbury-router-01 lies outside 198.51.100.8/29 of circuit-a"
    )


def test_an_address_given_twice_or_kept_by_the_zone(lab: Estate) -> None:
    desk = lab.desktops.desks[0]

    def with_desk(address: str) -> Estate:
        row = Desk.model_validate({**desk.model_dump(), "name": "cdc-d0002", "address": address})
        return altered(lab, desktops=altered(lab.desktops, desks=(*lab.desktops.desks, row)))

    assert proof(with_desk(str(desk.address)), "addresses_unique").counter_example == (
        "10.10.32.101 is of cdc-d0001 (desktops) and of cdc-d0002 (desktops)"
    )
    assert proof(with_desk("10.10.47.254"), "addresses_unique").counter_example == (
        "10.10.47.254 is of the network of zone desktops of banbury itself and of cdc-d0002 (desktops)"
    )


def test_data_that_is_copied_nowhere(lab: Estate) -> None:
    pools = {name: altered(pool, count={"banbury": 1}) for name, pool in lab.pools.items()}
    estate = altered(lab, sites={"banbury": lab.sites["banbury"]}, links={}, pools=pools)

    assert prove_copies(estate).counter_example == (
        "without banbury the data of service_desk at banbury is gone: policy standard copies it to no other site"
    )


def test_a_pool_without_a_backup_policy(edit: Edit, today: date) -> None:
    estate = load(edit({"disk: 8GiB, backup: standard}": "disk: 8GiB}"}), today)

    assert proof(estate, "hosts_backed_up").counter_example == (
        "the pool mirror has neither a backup policy nor an exemption"
    )


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("rpo", "policy standard makes a backup every 1 day, its RPO is 1 hour"),
        ("keep", "policy standard makes a backup every 1 day and keeps it 1 hour"),
    ],
)
def test_a_policy_that_promises_more_than_it_does(field: str, says: str, lab: Estate) -> None:
    policy = altered(lab.backups.policies["standard"], **{field: timedelta(hours=1)})

    assert proof(altered(lab, backups=altered(lab.backups, policies={"standard": policy})), "rpo").counter_example == (
        says
    )


def test_sites_that_are_patched_on_one_day(edit: Edit, today: date) -> None:
    estate = load(edit({"stratford: thursday": "stratford: tuesday"}), today)

    assert proof(estate, "patch_days").counter_example == (
        "while banbury and stratford are patched on tuesday the pool mirror has 1 server of its target 2"
    )


def test_a_window_that_comes_too_late(edit: Edit, today: date) -> None:
    estate = load(edit({"deadline: 14 days": "deadline: 12 days"}), today)

    assert proof(estate, "patch_deadline").counter_example == (
        "a baseline of a wednesday reaches ring broad at banbury after 13 days, the deadline is 12 days"
    )


def test_a_zone_that_no_mirror_serves(edit: Edit, today: date) -> None:
    estate = load(
        edit({"to: servers, services: [ping, ssh, dns, http, https": "to: servers, services: [ping, ssh, dns, https"}),
        today,
    )

    assert proof(estate, "mirrors_reached").counter_example == (
        "management at banbury may not open 80/tcp of banbury-mirror-01"
    )
