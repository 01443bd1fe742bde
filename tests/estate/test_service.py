"""What follows from the estate's plans: where copies go, on which days hosts are patched, what may be removed."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from pyops.estate import Estate, load

Edit = Callable[..., Path]


def test_copies_in_a_ring_go_to_the_next_site_and_those_for_partners_to_every_other(production: Estate) -> None:
    ring, partners = production.backups.policies["standard"], production.backups.policies["records"]

    assert {site: production.copies_of(site, ring) for site in production.sites} == {
        "banbury": ("towcester",),
        "towcester": ("stratford",),
        "stratford": ("banbury",),
    }
    assert production.copies_of("towcester", partners) == ("stratford", "banbury")


def test_a_ring_is_patched_on_the_first_window_of_its_site_after_its_delay(production: Estate) -> None:
    patches = production.patches
    assert patches.baseline == date(2026, 11, 10), "a Tuesday"

    days = {ring.id: [patches.first_day(site, ring) for site in production.sites] for ring in patches.rings.values()}

    assert days == {
        "test": [date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 12)],
        "early": [date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)],
        "broad": [date(2026, 11, 17), date(2026, 11, 18), date(2026, 11, 19)],
    }


def test_the_systems_of_a_pool_are_those_that_name_it(production: Estate) -> None:
    assert production.systems_on("files") == ("land_and_property",)
    assert production.systems_on("application") == ("service_desk", "land_and_property")
    assert production.systems_on("router") == ()


def test_leave_to_remove_is_given_by_name(edit: Edit, today: date) -> None:
    leave = "\nretirements:\n  banbury: {retire: true, by: 2027-01-31, reason: moves out}\n\nexemptions:"
    estate = load(edit({"\nexemptions:": leave}), today)

    assert estate.retires("banbury-application-01", "application", "banbury")
    assert not estate.retires("towcester-application-01", "application", "towcester")
