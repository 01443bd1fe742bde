"""Who may have which role, and what a directory is named by."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from pyops.estate import Estate, load
from pyops.estate.identity import computer_name

Edit = Callable[..., Path]


def test_a_directory_may_be_named_by_its_realm_and_pool_alone(edit: Edit, today: date) -> None:
    file = edit()
    before, _, rest = file.read_text().partition("directory:\n  realm")
    bare = "directory: {realm: LAB.ICT.EXAMPLE, pool: directory}\n\n"
    file.write_text(before + bare + rest[rest.index("desktops: {image") :])
    directory = load(file, today).directory

    assert (directory.people, dict(directory.groups), dict(directory.services), dict(directory.break_glass)) == (
        None,
        {},
        {},
        {},
    )
    assert (directory.removals.share, directory.removals.larger_until, directory.keep_disabled) == (
        10,
        None,
        timedelta(days=30),
    )


def test_rules_for_passwords_follow_the_guidance_where_nothing_is_said(edit: Edit, today: date) -> None:
    passwords = load(
        edit({"  passwords: {minimum_length: 12, lock_out_after: 10, lock_out_duration: 15 minutes}\n": ""}), today
    ).directory.passwords

    assert (passwords.minimum_length, passwords.complexity, passwords.expire_after) == (12, False, None)
    assert (passwords.lock_out_after, passwords.lock_out_duration) == (10, timedelta(minutes=15))


def test_a_role_is_for_all_councils_unless_some_are_named(lab: Estate) -> None:
    groups = lab.directory.groups

    assert [groups["auditors"].is_for(partner) for partner in lab.partners] == [True, True, True]
    assert [groups["call_centre"].is_for(partner) for partner in lab.partners] == [True, True, False]


def test_who_may_become_root_may_log_in_too(lab: Estate) -> None:
    assert lab.directory.groups["server_engineers"].reaches == ("control", "application", "mirror")


def test_controllers_have_names_that_a_directory_can_hold(production: Estate) -> None:
    names = [computer_name(server) for server in production.servers if server.pool.id == "directory"]

    assert names == ["banbury-dc01", "towcester-dc01", "stratford-dc01"]
