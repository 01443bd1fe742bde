"""One account for all councils: from any site's desk to any site's server, and with any site or any link lost."""

import itertools
import time
from collections.abc import Callable, Iterator

import pytest

from pyops.lab import faults, hosts

from .conftest import Site3
from .officers import (
    CONTROLLERS,
    DESKS,
    LEFT_BEHIND,
    SERVERS,
    SITES,
    Officer,
    is_anybody_left,
    is_served,
    is_well,
    joiner,
    leaver,
    names,
    officer,
    settle,
    soon,
)

pytestmark = pytest.mark.lab

WAYS = list(itertools.product(SITES, SITES))
PROPAGATION, REFUSAL = 10, 60
"""Seconds until a new account works at all sites, and until a disabled one is refused at all: the promises themselves."""


@pytest.fixture(scope="module")
def engineer(directory: Site3) -> Iterator[Officer]:
    """Whoever may log in at desks and become root on servers, signed in at a desk of every site."""
    one = officer(directory, "cdc.engineer.01")
    assert [desk for desk in DESKS.values() if one.signs_in(desk).returncode] == []
    yield one
    for desk in DESKS.values():
        one.leaves(desk)


@pytest.fixture
def auditor(directory: Site3) -> Iterator[Officer]:
    """Whoever may log in at desks and on application servers, and become root nowhere."""
    one = officer(directory, "snc.auditor.01")
    assert one.signs_in(DESKS["towcester"]).returncode == 0
    yield one
    one.leaves(DESKS["towcester"])


@pytest.mark.parametrize(("desk", "server"), WAYS)
def test_a_ticket_from_any_desk_opens_any_sites_server(engineer: Officer, desk: str, server: str) -> None:
    shown = engineer.ssh(DESKS[desk], SERVERS[server], "id --user --name; hostname; klist -s && echo ticket")
    assert shown.stdout.split() == [engineer.login, SERVERS[server], "ticket"], shown.stderr


def test_without_a_ticket_nobody_is_let_in(engineer: Officer, directory: Site3) -> None:
    engineer.leaves(DESKS["stratford"])
    try:
        assert not engineer.is_let_in(DESKS["stratford"], SERVERS["banbury"])
    finally:
        assert engineer.signs_in(DESKS["stratford"]).returncode == 0


def test_the_estates_groups_say_who_logs_in_and_who_becomes_root(engineer: Officer, auditor: Officer) -> None:
    root = engineer.sudo(DESKS["banbury"], SERVERS["stratford"])
    assert root.stdout.strip() == "0", root.stderr
    desk = DESKS["towcester"]
    assert auditor.is_let_in(desk, SERVERS["banbury"])
    refused = auditor.sudo(desk, SERVERS["banbury"])
    assert (refused.stdout, "not allowed" in refused.stderr or "not in the sudoers" in refused.stderr) == ("", True)
    assert not auditor.is_let_in(desk, "banbury-mirror-01")


@pytest.mark.parametrize("site", SITES)
def test_a_share_of_every_site_opens_by_ticket(engineer: Officer, site: str) -> None:
    shown = engineer.share(DESKS["banbury"], site)
    assert "lab.ict.example" in shown.stdout, shown.stderr


@pytest.mark.parametrize("site", SITES)
def test_a_web_system_of_every_site_opens_by_ticket_and_without_one_to_nobody(engineer: Officer, site: str) -> None:
    """From a desk of one site, by way of the provider of the system's own site, with every certificate checked."""
    assert engineer.web(DESKS["banbury"], site) == f"200 https://{SERVERS[site]}.lab.ict.example/"
    engineer.leaves(DESKS["banbury"])
    try:
        # The provider's form, where a password would do.
        assert f" https://{site}-signon-01.lab.ict.example/" in engineer.web(DESKS["banbury"], site)
    finally:
        assert engineer.signs_in(DESKS["banbury"]).returncode == 0


def test_a_new_account_works_everywhere_soon_and_a_disabled_one_nowhere(
    directory: Site3, record_property: Callable[[str, object], None]
) -> None:
    new = joiner(directory, "cdc.joiner.01", "platform_engineers", CONTROLLERS["towcester"])
    begin = time.monotonic()
    try:
        settle(directory, new.login)
        soon(lambda: all(new.signs_in(desk).returncode == 0 for desk in DESKS.values()), PROPAGATION)
        soon(lambda: all(new.is_let_in(DESKS[a], SERVERS[b]) for a, b in WAYS), PROPAGATION)
        longest = time.monotonic() - begin
        record_property("seconds until a new account worked at all sites", longest)
        assert longest < PROPAGATION
        for desk, server in zip(DESKS.values(), SERVERS.values(), strict=True):
            new.stays(desk, server)
        soon(lambda: all(is_anybody_left(directory, server) for server in SERVERS.values()))
        directory.run(CONTROLLERS["stratford"], "samba-tool", "user", "disable", new.login)
        # The ticket is good for hours: it is the account that is asked about at every login.
        gone = soon(lambda: not any(new.is_let_in(DESKS[a], SERVERS[b]) for a, b in WAYS), REFUSAL)
        record_property("seconds until a disabled account was refused at all sites", gone)
        left = soon(lambda: not any(is_anybody_left(directory, one) for one in SERVERS.values()), REFUSAL - gone)
        record_property("seconds until nothing of its sessions was left at any site", gone + left)
        assert all(new.signs_in(desk).returncode for desk in DESKS.values())
    finally:
        leaver(directory, new.login, CONTROLLERS["stratford"])
        for server in SERVERS.values():
            directory.run(server, "pkill", "--full", "--exact", LEFT_BEHIND, check=False)


# One site in every run: each takes two minutes, most of which the controllers wait for the lost one.
@pytest.mark.parametrize("lost", [SITES[0], *(pytest.param(site, marks=pytest.mark.long) for site in SITES[1:])])
def test_with_a_site_lost_the_others_sign_in_as_before_and_it_catches_up(
    directory: Site3, engineer: Officer, lost: str, record_property: Callable[[str, object], None]
) -> None:
    left = [site for site in SITES if site != lost]
    login = f"{lost}.absent.01"
    directory.pyops("lab", "off", lost)
    try:
        first = {site: soon(lambda site=site: is_well(engineer, site, left)) for site in left}  # type: ignore[misc]
        later = {site: soon(lambda site=site: is_well(engineer, site, left)) for site in left}  # type: ignore[misc]
        record_property("seconds until the first login", first)
        record_property("seconds of a later login", later)
        # What else opens by that ticket: shares, web systems and root, as with all sites.
        for site in left:
            soon(lambda site=site: is_served(engineer, site, left))  # type: ignore[misc]
        new = joiner(directory, login, "platform_engineers", CONTROLLERS[left[0]])
        record_property("seconds until the others knew a new account", settle(directory, login))
        soon(lambda: is_well(new, left[1], left))
    finally:
        directory.pyops("lab", "on", lost)
    settle(directory, login)
    # What was done meanwhile is there once the site is back: whoever is new logs in at its desk, to its server.
    record_property("seconds until the site that is back signs in", soon(lambda: is_well(new, lost, [lost])))
    leaver(directory, login, CONTROLLERS[lost])


@pytest.mark.parametrize("site", SITES)
def test_with_its_controller_lost_a_site_signs_in_at_another_ones(
    directory: Site3, engineer: Officer, site: str, record_property: Callable[[str, object], None]
) -> None:
    hosts.power_off(directory.lab, CONTROLLERS[site])
    try:
        record_property("seconds until the first login", soon(lambda: is_well(engineer, site, list(SITES))))
        record_property("seconds of a later login", soon(lambda: is_well(engineer, site, list(SITES))))
    finally:
        directory.pyops("lab", "on", CONTROLLERS[site])


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(SITES, 2)))
def test_with_a_link_cut_everybody_signs_in_as_before(healed: Site3, engineer: Officer, a: str, b: str) -> None:
    healed.pyops("lab", "cut", *(f"{a}-{carrier}:{b}-{carrier}" for carrier in "ab"))
    for site in (a, b):
        soon(lambda site=site: is_well(engineer, site, list(SITES)))  # type: ignore[misc]


def test_both_sides_of_a_site_cut_off_go_on_and_agree_afterwards(healed: Site3, directory: Site3) -> None:
    """Changes of both sides are there, of one that both made the later stands, a name that both gave is told."""
    inside, outside = CONTROLLERS["stratford"], CONTROLLERS["banbury"]
    both = (inside, outside, CONTROLLERS["towcester"])
    made = {"inside.joiner": inside, "outside.joiner": outside}
    directory.pyops("lab", "partition", "stratford")
    try:
        for login, controller in made.items():
            joiner(directory, login, "platform_engineers", controller)
        for controller in (inside, outside):
            directory.run(controller, "samba-tool", "group", "add", "made_twice", f"--description={controller}")
    finally:
        faults.heal(directory.lab)
    try:
        soon(lambda: all(made.keys() <= set(names(directory, controller, "user")) for controller in both))
        soon(lambda: len({tuple(names(directory, controller, "group")) for controller in both}) == 1)
        found = names(directory, inside, "group")
        assert [name for name in found if "made_twice" in name or "DUPLICATE" in name] != ["made_twice"]
        planned = directory.pyops("identity", "plan", check=False)
        assert "made_twice" in planned.stdout
        assert "CNF" in planned.stdout
    finally:
        for login in made:
            leaver(directory, login, outside)
        directory.run(outside, "sh", "-c", FORGET_TWICE)


FORGET_TWICE = """
for name in $(ldbsearch -H /var/lib/samba/private/sam.ldb '(&(objectClass=group)(cn=made_twice*))' objectGUID | sed -n 's/^objectGUID: //p')
do ldbdel -H /var/lib/samba/private/sam.ldb "<GUID=$name>"; done
"""
