"""Security fixes that hosts lack, and how long there is still time for them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from pyops.estate import Estate
from pyops.estate.patches import Hold, Waiver
from pyops.fleet.observation import Latest
from pyops.patches.alignment import Published, align
from pyops.patches.fixes import Due, Missing, by_fix, missing_fixes
from pyops.patches.indexes import Index
from pyops.patches.library import Library
from pyops.patches.mirror import Cache
from tests.patches.hosts import NOW, answered, silent
from tests.patches.publishing import CHANGELOG, Site

ONE, OTHER = "banbury-application-01", "stratford-control-01"
LEAVE = {"what": "its port is closed", "owner": "cherwell", "reason": "term", "expires": date(2026, 12, 1)}


def ssl(number: int) -> tuple[str, str]:
    return ("openssl", f"3.0.17-1~deb12u{number}")


class Fixes:
    """What hosts lack by the mirror's suite of security fixes."""

    def __init__(self, site: Site, estate: Estate) -> None:
        indexes = site.indexes()
        rings = {ring: indexes.read(ring, ["amd64"]) for ring in ("early", "broad")}
        self.published: Published = {
            (place, ring): rings.get(ring, rings["broad"]) for place in estate.sites for ring in estate.patches.rings
        }
        self.security: Index = indexes.read("security", ["amd64"])
        self.library = Library(indexes, self.security, Cache(site.folder / "cache"))
        self.estate = estate

    def __call__(
        self, *read: Latest, holds: Iterable[Hold] = (), waivers: Iterable[Waiver] = ()
    ) -> tuple[Missing, ...]:
        patches = self.estate.patches.model_copy(update={"holds": tuple(holds), "waivers": tuple(waivers)})
        estate = self.estate.model_copy(update={"patches": patches})
        readings = {one.host: one for one in read}
        standings = align(estate, readings, self.published, NOW)
        library = self.library.changelog
        return missing_fixes(estate, standings, readings, self.published, self.security, library, NOW.date())


@pytest.fixture(scope="module")
def fixes(mirror: Site, lab: Estate) -> Fixes:
    return Fixes(mirror, lab)


def test_a_fix_says_what_it_closes_and_when_it_is_due(fixes: Fixes) -> None:
    (missing,) = fixes(answered(ONE, ssl(2)))

    assert (missing.fix.source, missing.fix.version) == ssl(3)
    assert (missing.fix.released_on, missing.fix.due_on) == (date(2026, 11, 19), date(2026, 12, 3))
    assert missing.fix.days_left(NOW.date()) == 9
    assert missing.fix.words == "closes: CVE-2026-30003, CVE-2026-30004"
    assert not missing.fix.is_dated_by_index


def test_the_clock_runs_from_the_first_fix_that_is_missing_and_not_from_the_last(fixes: Fixes) -> None:
    (missing,) = fixes(answered(ONE, ssl(1)))

    assert (missing.fix.released_on, missing.fix.days_left(NOW.date())) == (date(2026, 11, 9), -1)
    assert missing.fix.closes == ("CVE-2026-30003", "CVE-2026-30004", "CVE-2026-20001")


def test_a_release_that_was_none_of_security_starts_no_clock(fixes: Fixes) -> None:
    """The entry of June is newer than what is installed, and was made for the ordinary suite."""
    (missing,) = fixes(answered(ONE, ("openssl", "3.0.16-1")))

    assert missing.fix.released_on == date(2026, 11, 9)
    assert "CVE-2025-10001" in (missing.fix.closes or ())


def test_hosts_that_have_it_or_lack_the_package_are_not_told_and_unknown_ones_neither(fixes: Fixes) -> None:
    assert (
        fixes(answered(ONE, ssl(3)), answered(OTHER), silent("banbury-router-01", before=answered("x", ssl(1)))) == ()
    )


def test_what_the_ring_does_not_carry_yet_is_told(fixes: Fixes, mirror: Site) -> None:
    (missing,) = fixes(answered(ONE, ssl(1)))
    assert not missing.is_carried

    ahead = Fixes(mirror, fixes.estate)
    ahead.published = {key: mirror.indexes().read("test", ["amd64"]) for key in ahead.published}
    (missing,) = ahead(answered(ONE, ssl(1)))
    assert missing.is_carried


@pytest.mark.parametrize(
    ("waivers", "counts"),
    [
        ([{"fix": "CVE-2026-30003"}, {"fix": "CVE-2026-30004"}], True),
        ([{"fix": "CVE-2026-30003"}], False),
        ([{"fix": "CVE-2026-30003"}, {"fix": "CVE-2026-30004", "site": "stratford"}], False),
        ([{"package": "openssl"}], True),
    ],
    ids=["all", "one of two", "elsewhere", "package"],
)
def test_leave_counts_when_it_covers_all_that_the_fix_closes(fixes: Fixes, waivers: list[Any], counts: bool) -> None:
    (missing,) = fixes(answered(ONE, ssl(2)), waivers=[Waiver.model_validate({**LEAVE, **one}) for one in waivers])

    assert bool(missing.leave) == counts


def test_a_fix_without_a_changelog_is_dated_by_the_index_and_claims_nothing(site: Site, lab: Estate) -> None:
    for suite in ("broad", "early", "security"):
        site.publish(suite, [site.build("openssl", "3.0.17-1~deb12u3")])
    found = Fixes(site, lab)
    (missing,) = found(answered(ONE, ssl(2)))

    assert missing.fix.is_dated_by_index
    assert missing.fix.released_on == found.security.release.made_at.date()
    assert (missing.fix.closes, missing.fix.words) == (None, "its changelog cannot be read")


def test_a_changelog_that_names_no_vulnerability_is_said_to_name_none(site: Site, lab: Estate) -> None:
    text = CHANGELOG.replace("CVE", "bug")
    for suite in ("broad", "early", "security"):
        site.publish(suite, [site.build("openssl", "3.0.17-1~deb12u3", text)])
    (missing,) = Fixes(site, lab)(answered(ONE, ssl(2)))

    assert (missing.fix.closes, missing.fix.words) == ((), "its changelog names none")


def test_a_package_with_versions_of_its_own_is_told_by_the_newest_entry(site: Site, lab: Estate) -> None:
    deb = site.build("tzdata", "9:1.0", CHANGELOG.replace("openssl (", "tz ("), source="tz (3.0.17-1~deb12u3)")
    for suite in ("broad", "early", "security"):
        site.publish(suite, [deb])
    (missing,) = Fixes(site, lab)(answered(ONE, ("tzdata", "8:2.0")))

    assert missing.fix.closes == ("CVE-2026-30003", "CVE-2026-30004")
    assert missing.fix.released_on == date(2026, 11, 19)


def test_fixes_stand_in_the_order_of_their_deadlines_with_their_hosts_by_site(fixes: Fixes) -> None:
    hold = Hold.model_validate(
        {"package": "openssl", "site": "stratford"} | {k: v for k, v in LEAVE.items() if k != "what"}
    )
    found = fixes(answered(ONE, ssl(2)), answered(OTHER, ssl(2)), answered("banbury-router-01", ssl(1)), holds=[hold])
    urgent, other = by_fix(found)

    assert isinstance(urgent, Due)
    assert [urgent.fix.days_left(NOW.date()), other.fix.days_left(NOW.date())] == [-1, 9]
    assert urgent.sites == {"banbury": ("banbury-router-01",)}
    assert other.sites == {"banbury": (ONE,), "stratford": (OTHER,)}
    assert (other.excused, other.is_excused, urgent.is_excused) == ((OTHER,), False, False)
    assert set(other.uncarried) == {"broad", "early"}
