"""Every host is what it is: aligned, behind, ahead, foreign, or unknown, with the reason that is true of it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pyops.estate import Estate
from pyops.estate.patches import Hold, Waiver
from pyops.fleet.facts import Clock, Disk, Dpkg, OperatingSystem
from pyops.fleet.kernels import Kernel
from pyops.fleet.observation import Latest, Reason, Silence
from pyops.fleet.store import Store
from pyops.patches.alignment import Published, Standing, State, align
from pyops.patches.gaps import Cause, Kind
from tests.patches.hosts import EVERYWHERE, NOW, OLD, answered, package, silent
from tests.patches.publishing import Site

HOST = "banbury-application-01"
"""Of ring broad, whose window at Banbury was on Tuesday 17 November, until one o'clock at night."""
RING = ("openssl", "3.0.17-1~deb12u1")
LEAVE = {"owner": "cherwell", "reason": "breaks the call centre", "expires": date(2026, 12, 1)}


class Judged:
    """One host's standing, and how it is said."""

    def __init__(self, estate: Estate, published: Published) -> None:
        self.estate, self.published = estate, published

    def __call__(self, latest: Latest | None, now: datetime = NOW) -> Standing:
        readings = {HOST: latest} if latest else {}
        (found,) = [s for s in align(self.estate, readings, self.published, now) if s.member.name == HOST]
        return found

    def granted(self, *holds: Hold, waivers: Iterable[Waiver] = ()) -> "Judged":
        patches = self.estate.patches.model_copy(update={"holds": holds, "waivers": tuple(waivers)})
        return Judged(self.estate.model_copy(update={"patches": patches}), self.published)


@pytest.fixture
def judged(lab: Estate, published: Published) -> Judged:
    return Judged(lab, published)


def causes(standing: Standing) -> list[Cause]:
    return [gap.cause for gap in standing.gaps]


def test_a_host_with_exactly_what_its_ring_has_is_aligned(judged: Judged) -> None:
    found = judged(answered(HOST, RING, ("rsync", "3.2.7-1+deb12u3")))

    assert (found.state, found.gaps, found.notices) == (State.ALIGNED, (), ())
    assert [found.count(kind) for kind in Kind] == [0, 0, 0]
    assert found.packages == 4


def test_versions_are_compared_and_not_only_told_apart(judged: Judged) -> None:
    behind, ahead = judged(answered(HOST, OLD)), judged(answered(HOST, ("openssl", "3.0.17-1~deb12u10")))

    assert (behind.state, ahead.state) == (State.BEHIND, State.AHEAD)
    ((difference,),) = [gap.packages for gap in behind.gaps]
    assert difference == ("openssl", Kind.BEHIND, "3.0.16-1", "3.0.17-1~deb12u1", False)


def test_what_the_ring_does_not_carry_is_foreign(judged: Judged) -> None:
    found = judged(
        answered(
            HOST,
            RING,
            more=[package("libc6", "2.36-9", architecture="i386")],
        )
    )

    assert (found.state, causes(found)) == (State.FOREIGN, [Cause.FOREIGN])
    assert found.gaps[0].packages[0].name == "libc6:i386"


def test_what_is_not_installed_is_no_gap(judged: Judged) -> None:
    assert judged(answered(HOST, RING, more=[package("nginx", "1.22.1-9", "rc")])).state is State.ALIGNED


@pytest.mark.parametrize(
    ("latest", "cause", "says"),
    [
        (None, Cause.UNJUDGED, "it was never read"),
        (Latest(HOST, None, None), Cause.UNJUDGED, "it was never read"),
        (silent(HOST), Cause.OFFLINE, "unreachable, 2026-11-24 11:00 UTC: no answer within 5 s"),
        (
            silent(HOST, Reason.WRONG_HOST_KEY, answered(HOST, RING)),
            Cause.OFFLINE,
            "wrong host key, 2026-11-24 11:00 UTC: ",
        ),
        (
            answered(HOST, RING, read_at=NOW - timedelta(hours=25)),
            Cause.UNJUDGED,
            "it was last read on 2026-11-23 11:00",
        ),
        (
            answered(
                HOST, packages=None, dpkg=Dpkg("", is_interrupted=False, error="dpkg-query: error: \x1b[2Jparsing")
            ),
            Cause.UNJUDGED,
            r"dpkg's files cannot be read: dpkg-query: error: \x1b[2Jparsing",
        ),
        (
            answered(HOST, packages={"rsync": package("rsync", "3.2.7-1")}),
            Cause.UNJUDGED,
            "its list of 1 packages is not whole: dpkg and base-files must be on every host",
        ),
        (answered(HOST, packages={}), Cause.UNJUDGED, "its list of 0 packages is not whole"),
        (
            answered(HOST, RING, more=[package("<script>alert(1)</script>", "1")]),
            Cause.UNJUDGED,
            "its list has a package that dpkg allows nobody to have: <script>",
        ),
        (
            answered(HOST, ("openssl", "3.0.16\x1b[2J")),
            Cause.UNJUDGED,
            r"its list has a package that dpkg allows nobody to have: openssl 3.0.16\x1b[2J",
        ),
        (
            answered(HOST, RING, architecture="arm64"),
            Cause.UNJUDGED,
            "its ring carries nothing for its architecture, arm64",
        ),
    ],
    ids=[
        "never",
        "nothing",
        "dead",
        "wrong key",
        "stale",
        "unreadable",
        "partial",
        "empty",
        "hostile name",
        "hostile version",
        "architecture",
    ],
)
def test_a_host_of_which_nothing_is_known_is_unknown_and_never_in_order(
    judged: Judged, latest: Latest | None, cause: Cause, says: str
) -> None:
    found = judged(latest)

    assert (found.state, causes(found), found.is_excused) == (State.UNKNOWN, [cause], False)
    assert found.gaps[0].detail.startswith(says)
    assert [found.count(kind) for kind in Kind] == [None, None, None]
    assert (found.packages, found.read_at) == (None, None)


def test_the_store_of_the_fleet_read_is_what_is_judged(judged: Judged, tmp_path: Path) -> None:
    read = answered(HOST, RING)
    assert read.observation
    with Store(tmp_path / "fleet.db") as store:
        store.save(read.observation)
        assert judged(store.latest()[HOST]).state is State.ALIGNED
        store.save(Silence(HOST, NOW, Reason.UNREACHABLE, ""))
        assert judged(store.latest()[HOST]).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("moment", "cause", "is_excused"),
    [
        ("2026-11-16 12:00", Cause.OUTSIDE_WINDOW, True),
        ("2026-11-18 00:59", Cause.OUTSIDE_WINDOW, True),
        ("2026-11-18 01:00", Cause.OVERDUE, False),
    ],
)
def test_a_package_is_overdue_when_its_window_has_closed(
    judged: Judged, moment: str, cause: Cause, is_excused: bool
) -> None:
    now = datetime.fromisoformat(f"{moment}+00:00")
    (gap,) = judged(answered(HOST, OLD, read_at=now), now).gaps

    assert (gap.cause, gap.is_excused) == (cause, is_excused)
    assert gap.until == (date(2026, 11, 17) if is_excused else None)


@pytest.mark.parametrize(
    ("facts", "cause", "says"),
    [
        (
            {"clock": Clock(timedelta(days=-1), timedelta(seconds=1))},
            Cause.CLOCK_OFF,
            "its clock is 1 day, 0:00:00 behind",
        ),
        ({"disks": (Disk("/var", 100, 100, 0, 0, 0),)}, Cause.DISK_FULL, "full: /var (100 %)"),
        ({"dpkg": Dpkg("0" * 64, is_interrupted=True, error="")}, Cause.BROKEN, "a run of dpkg was interrupted"),
        ({"more": [package("bash", "5.2", "iU")]}, Cause.BROKEN, "dpkg has not finished bash"),
    ],
    ids=["clock", "disk", "interrupted", "half-installed"],
)
def test_what_keeps_a_host_from_being_patched_is_told(
    judged: Judged, facts: dict[str, object], cause: Cause, says: str
) -> None:
    found = judged(answered(HOST, OLD, **facts))  # type: ignore[arg-type]

    assert found.state is State.BEHIND
    assert [(gap.cause, gap.detail, len(gap.packages)) for gap in found.gaps] == [(cause, says, 1)]
    assert found.notices


def test_a_clock_that_is_off_is_told_of_an_aligned_host_too(judged: Judged) -> None:
    doubtful = Clock(timedelta(minutes=8), timedelta(minutes=4))

    assert judged(answered(HOST, RING, clock=Clock(timedelta(days=1), timedelta(0)))).notices
    assert judged(answered(HOST, RING, clock=doubtful)).notices == ()


def test_a_broken_package_is_a_gap_even_at_the_right_version(judged: Judged) -> None:
    found = judged(answered(HOST, more=[package(*RING, "iF")]))

    assert (found.state, causes(found)) == (State.BEHIND, [Cause.BROKEN])


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"asks_for_reboot": True}, "asks for a restart"),
        (
            {"kernel": Kernel("6.1.0-40-amd64", "6.1.153-1", ("6.1.0-40-amd64", "6.1.0-41-amd64"))},
            "runs kernel 6.1.0-40-amd64, 6.1.0-41-amd64 is installed",
        ),
    ],
    ids=["asked", "kernel"],
)
def test_what_is_installed_and_does_not_run_is_no_level(judged: Judged, facts: dict[str, object], says: str) -> None:
    found = judged(answered(HOST, RING, **facts))  # type: ignore[arg-type]

    assert (found.state, causes(found), found.is_excused) == (State.BEHIND, [Cause.RESTART_PENDING], False)
    assert found.gaps[0].detail == says


def test_a_host_of_another_release_is_not_compared(judged: Judged) -> None:
    system = OperatingSystem("debian", "13", "trixie", "Debian GNU/Linux 13 (trixie)")
    found = judged(answered(HOST, RING, system=system))

    assert (found.state, causes(found)) == (State.FOREIGN, [Cause.SYSTEM])
    assert found.gaps[0].detail == "runs Debian GNU/Linux 13 (trixie), its image is bookworm"
    assert [found.count(kind) for kind in Kind] == [None, None, None]


@pytest.mark.parametrize(
    ("scope", "counts"),
    [
        ({}, True),
        ({"site": "banbury"}, True),
        ({"pool": "application"}, True),
        ({"host": HOST}, True),
        ({"site": "banbury", "pool": "directory"}, False),
        ({"site": "stratford"}, False),
        ({"version": "3.0.16-1"}, True),
        ({"version": "3.0.15-1"}, False),
        ({"expires": NOW.date()}, True),
        ({"expires": NOW.date() - timedelta(days=1)}, False),
    ],
    ids=str,
)
def test_a_hold_counts_for_whom_and_what_and_as_long_as_it_says(
    judged: Judged, scope: dict[str, object], counts: bool
) -> None:
    hold = Hold.model_validate({"package": "openssl", **LEAVE, **scope})
    (gap,) = judged.granted(hold)(answered(HOST, OLD)).gaps

    assert (gap.cause, gap.is_excused) == ((Cause.HELD, True) if counts else (Cause.OVERDUE, False))
    if counts:
        assert (gap.until, gap.owner, gap.detail) == (hold.expires, "cherwell", "breaks the call centre")


def test_a_hold_on_the_host_alone_is_no_leave(judged: Judged) -> None:
    held = answered(HOST, more=[package(*OLD, "hi")])

    assert causes(judged(held)) == [Cause.HELD_WITHOUT_LEAVE]
    assert causes(judged.granted(Hold(package="openssl", **LEAVE))(held)) == [Cause.HELD]


def test_a_waiver_lets_a_package_be_otherwise_and_says_what_is_done(judged: Judged) -> None:
    waiver = Waiver(package="nginx", what="its port is closed", **LEAVE)
    (gap,) = judged.granted(waivers=[waiver])(answered(HOST, RING, ("nginx", "1.22.1-9"))).gaps

    assert (gap.cause, gap.detail) == (Cause.WAIVED, "breaks the call centre; its port is closed")
    assert gap.is_excused


def test_one_host_may_have_gaps_of_several_causes(judged: Judged) -> None:
    hold = Hold(package="rsync", **LEAVE)
    found = judged.granted(hold)(answered(HOST, OLD, ("rsync", "3.2.7-1"), ("nginx", "1"), asks_for_reboot=True))

    assert set(causes(found)) == {Cause.OVERDUE, Cause.HELD, Cause.FOREIGN, Cause.RESTART_PENDING}
    assert (found.state, found.is_excused) == (State.BEHIND, False)


def test_the_kernel_before_the_newest_is_kept_and_no_gap(site: Site, lab: Estate) -> None:
    kernel = "linux-image-6.1.0-{}-amd64"
    site.publish("broad", [site.build(n, v) for n, v in (*EVERYWHERE, (kernel.format(41), "6.1.158-1"))])
    index = site.indexes().read("broad", ["amd64"])
    found = Judged(lab, {(s, r): index for s in lab.sites for r in lab.patches.rings})
    both = [(kernel.format(number), f"6.1.1{number}-1") for number in (40, 9)]

    assert found(answered(HOST, (kernel.format(41), "6.1.158-1"), *both)).state is State.ALIGNED
    assert found(answered(HOST, (kernel.format(42), "6.1.160-1"))).state is State.AHEAD


def test_desks_and_servers_are_all_there(lab: Estate, published: Published) -> None:
    found = align(lab, {}, published, NOW)

    assert len(found) == len(lab.servers) + len(lab.desktops.desks)
    assert {one.state for one in found} == {State.UNKNOWN}
