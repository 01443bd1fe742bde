"""Desks still have a controller when something is lost; where they have none, the smallest case says so."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from pyops.estate import Estate, load
from pyops.estate.proofs.sign_on import prove_sign_on

Edit = Callable[..., Path]
POOL = "directory:   {image: directory, zone: servers, first: 10, count: {banbury: 1, towcester: 1, stratford: 1}, target: 2"


def test_desks_of_every_site_keep_a_controller(lab: Estate, production: Estate) -> None:
    for estate in (lab, production):
        proof = prove_sign_on(estate)
        assert (proof.counter_example, proof.cases) == ("", 3 * (1 + 6 + 6 + 2) + 3 * 2)


def test_one_controller_for_all_is_lost_with_its_site(edit: Edit, today: date) -> None:
    alone = POOL.replace("towcester: 1, stratford: 1", "towcester: 0, stratford: 0").replace("target: 2", "target: 1")
    estate = load(edit({POOL: alone}), today)

    assert prove_sign_on(estate).counter_example == "without site banbury desks at towcester reach no controller"


def test_a_controller_that_the_firewall_keeps_from_desks_is_none(edit: Edit, today: date) -> None:
    flow = "from: desktops, to: servers, services: [ping, ssh, dns, http, https, time, kerberos"
    estate = load(edit({flow: flow.replace(", kerberos", "")}), today)

    assert prove_sign_on(estate).counter_example == "with nothing lost desks at banbury reach no controller"


def test_desks_without_a_controller_of_their_own_need_another_sites(edit: Edit, today: date) -> None:
    flow = "{from: desktops, to: servers, services: [ping, ssh, dns, http, https, time, kerberos, ldap, smb], scope: "
    estate = load(edit({f"{flow}all": f"{flow}site"}), today)

    assert prove_sign_on(estate).holds
    fewer = load(edit({f"{flow}all": f"{flow}site", POOL: POOL.replace("stratford: 1", "stratford: 0")}), today)
    assert prove_sign_on(fewer).counter_example == "with nothing lost desks at stratford reach no controller"
