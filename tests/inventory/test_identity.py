"""What hosts are told of sign-on, as plain values."""

from pathlib import Path

import pytest

from pyops.estate import Estate, load
from pyops.inventory.identity import (
    access_of_all,
    access_variables,
    controller_variables,
    directory_variables,
    site_directory_variables,
)

LAB = Path(__file__).parents[2] / "inventories" / "lab"


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load(LAB)


def test_every_host_knows_the_realm_and_all_controllers(estate: Estate) -> None:
    told = directory_variables(estate)["estate_directory"]

    assert (told["realm"], told["domain"], told["dns_domain"]) == ("LAB.ICT.EXAMPLE", "LAB", "lab.ict.example")
    assert told["controllers"][0] == {
        "name": "banbury-directory-01",
        "computer": "banbury-dc01",
        "address": "10.10.20.10",
        "site": "banbury",
    }


def test_a_sites_own_controller_comes_first(estate: Estate) -> None:
    told = site_directory_variables(estate, "towcester")["estate_controllers"]

    assert [one["site"] for one in told] == ["towcester", "banbury", "stratford"]


def test_controllers_know_sites_groups_and_the_rules_for_passwords(estate: Estate) -> None:
    told = controller_variables(estate)

    assert told["estate_directory_sites"]["banbury"] == ["10.10.0.0/16"]
    assert told["estate_directory_groups"]["auditors"] == "reads and changes nothing"
    assert told["estate_passwords"] == {
        "minimum_length": 12,
        "complexity": False,
        "history": 5,
        "lock_out_after": 10,
        "lock_out_minutes": 15,
        "expire_after_days": 0,
    }


def test_each_pool_knows_who_may_log_in_and_who_may_become_root(estate: Estate) -> None:
    assert access_variables(estate, "application") == {
        "estate_login_groups": ["auditors", "server_engineers", "platform_engineers"],
        "estate_sudo_groups": ["server_engineers", "platform_engineers"],
    }
    desks = access_of_all(estate)["desktops"]
    assert desks["estate_sudo_groups"] == ["desktop_engineers"]
    assert "desk_officers" in desks["estate_login_groups"]
