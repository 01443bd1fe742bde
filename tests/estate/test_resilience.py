"""What is left when something is lost."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.estate import Estate, load
from pyops.estate.resilience import Kind, Loss, Proof, Reach, loss, losses, prove, prove_all


def lose(estate: Estate, *names: str) -> Proof:
    return prove(estate, [loss(estate, name) for name in names])


def reach(proof: Proof, first: str, second: str) -> Reach:
    return next(one for one in proof.reach if one.sites == (first, second))


def test_everything_that_can_be_lost_is_proved(production: Estate) -> None:
    kinds = [one.kind for one in losses(production)]

    assert [kinds.count(kind) for kind in Kind] == [6, 6, 2, 3]
    assert [proof.losses[0] for proof in prove_all(production)] == list(losses(production))


def test_production_holds_whatever_single_thing_is_lost(production: Estate) -> None:
    assert [proof.losses for proof in prove_all(production) if not proof.holds] == []


def test_a_circuit_takes_its_carriers_links_at_its_site_and_no_others(lab: Estate) -> None:
    proof = lose(lab, "banbury-a")

    assert reach(proof, "banbury", "towcester").carriers == ("b",)
    assert reach(proof, "banbury", "stratford").carriers == ("b",)
    assert reach(proof, "towcester", "stratford").carriers == ("a", "b")


def test_a_path_takes_one_link(lab: Estate) -> None:
    proof = lose(lab, "banbury-towcester-b")

    assert [one.carriers for one in proof.reach] == [("a",), ("a", "b"), ("a", "b")]


def test_a_carrier_takes_all_its_links(lab: Estate) -> None:
    assert {one.carriers for one in lose(lab, "a").reach} == {("b",)}


def test_both_paths_of_a_pair_lead_through_the_third_site(lab: Estate) -> None:
    proof = lose(lab, "banbury-towcester-a", "banbury-towcester-b")

    assert reach(proof, "banbury", "towcester") == Reach(("banbury", "towcester"), (), ("stratford",))
    assert proof.holds


def test_a_site_takes_its_servers_and_leaves_the_others_joined(production: Estate) -> None:
    proof = lose(production, "banbury")
    application = next(left for left in proof.pools if left.pool == "application")

    assert [one.sites for one in proof.reach] == [("towcester", "stratford")]
    assert application.servers == (
        *("towcester-application-01", "towcester-application-02"),
        *("stratford-application-01", "stratford-application-02", "stratford-application-03"),
    )
    assert (application.cpu, application.memory_mib) == (5 * 4, 5 * 16 * 1024)


def test_a_pool_that_misses_its_target_is_found(edit: Callable[..., Path], today: date) -> None:
    estate = load(edit({"target: 2, ring: broad": "target: 3, ring: broad"}), today)

    assert [proof.losses[0].name for proof in prove_all(estate) if not proof.holds] == [
        "banbury",
        "towcester",
        "stratford",
    ]
    assert [left.pool for left in lose(estate, "banbury").pools if not left.met] == ["application"]


def test_where_the_sites_are_split_a_pool_counts_in_its_larger_part(production: Estate) -> None:
    proof = lose(production, "banbury-a", "banbury-b")
    application = next(left for left in proof.pools if left.pool == "application")

    assert not reach(proof, "banbury", "towcester").reached
    assert reach(proof, "towcester", "stratford").reached
    assert {name.split("-")[0] for name in application.servers} == {"towcester", "stratford"}
    assert not proof.holds


def test_everything_lost_leaves_nothing(lab: Estate) -> None:
    proof = lose(lab, *lab.sites)

    assert proof.reach == ()
    assert {left.servers for left in proof.pools} == {()}
    assert not proof.holds


def test_an_unknown_name_is_refused_with_the_nearest(lab: Estate) -> None:
    with pytest.raises(Refused) as refused:
        loss(lab, "banbury-c")

    assert str(refused.value) == (
        "lost: banbury-c, is no circuit, path, carrier or site of lab; did you mean banbury-b?"
    )
    assert loss(lab, "a") == Loss(Kind.CARRIER, "a")
