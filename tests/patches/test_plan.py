"""What a rollout would do, and where it stops."""

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from pyops.estate import Estate
from pyops.fleet.facts import Dpkg
from pyops.fleet.observation import Latest
from pyops.patches.alignment import Published, align
from pyops.patches.members import members
from pyops.patches.plan import Plan, plan, unfinished
from tests.patches.hosts import NOW, OLD, answered, silent
from tests.patches.publishing import Site


def all_behind(estate: Estate) -> dict[str, Latest]:
    return {one.name: answered(one.name, OLD) for one in members(estate)}


def planned(
    estate: Estate, published: Published, read: Mapping[str, Latest] | None = None, now: datetime = NOW
) -> Plan:
    readings = all_behind(estate) | dict(read or {})
    return plan(estate, align(estate, readings, published, now), now)


def waves(made: Plan, site: str) -> list[list[str]]:
    return [[step.host for step in wave] for stage in made.stages if stage.site == site for wave in stage.waves]


def grown(estate: Estate, pool: str, count: int, target: int) -> Estate:
    """The same with so many servers of a pool at each site, and so many of them needed."""
    changed = estate.pools[pool].model_copy(update={"count": dict.fromkeys(estate.sites, count), "target": target})
    return estate.model_copy(update={"pools": {**estate.pools, pool: changed}})


def fresh(estate: Estate) -> Estate:
    """A copy without what the original has worked out already."""
    return Estate.model_construct(**{name: getattr(estate, name) for name in Estate.model_fields})


def test_sites_come_one_after_the_other_each_on_its_day(lab: Estate, published: Published) -> None:
    made = planned(lab, published)

    assert [(stage.site, stage.day) for stage in made.stages] == [
        ("banbury", date(2026, 11, 24)),
        ("towcester", date(2026, 11, 25)),
        ("stratford", date(2026, 11, 26)),
    ]
    assert {step.host for wave in made.waves for step in wave} == {one.name for one in members(lab)}
    assert made.left_out == ()


def test_what_a_ring_carries_is_taken_in_the_sites_next_window_before_its_day_too(
    lab: Estate, published: Published
) -> None:
    """A ring that was promoted early, for a fix that cannot wait, does not wait for its day after all."""
    now = datetime.fromisoformat("2026-11-12 12:00+00:00")
    read = {one.name: answered(one.name, OLD, read_at=now) for one in members(lab)}
    made = planned(lab, published, read, now)

    assert [(stage.site, stage.day) for stage in made.stages] == [
        ("stratford", date(2026, 11, 12)),
        ("banbury", date(2026, 11, 17)),
        ("towcester", date(2026, 11, 18)),
    ]


@pytest.mark.parametrize(("time", "day"), [("00:59", date(2026, 11, 24)), ("01:00", date(2026, 12, 1))])
def test_a_window_lasts_past_midnight_and_the_next_one_is_a_week_later(
    lab: Estate, published: Published, time: str, day: date
) -> None:
    made = planned(lab, published, now=datetime.fromisoformat(f"2026-11-25 {time}+00:00"))

    assert [stage.day for stage in made.stages if stage.site == "banbury"] == [day]


def test_a_pool_never_falls_below_its_target_and_begins_with_one_alone(lab: Estate, published: Published) -> None:
    estate = fresh(grown(lab, "application", count=4, target=10))
    made = planned(estate, published)

    own = [[host for host in wave if "application" in host] for wave in waves(made, "banbury")]
    assert [len(wave) for wave in own if wave] == [1, 2, 1]
    for wave in made.waves:
        assert sum("application" in step.host for step in wave) <= 12 - 10


def test_a_server_that_does_not_answer_is_missing_already(lab: Estate, published: Published) -> None:
    """Of three directory servers two are needed: with one off, none can be spared."""
    made = planned(lab, published, {"stratford-directory-01": silent("stratford-directory-01")})
    why = {one.host: one.why for one in made.left_out}

    assert why["stratford-directory-01"].startswith("offline: unreachable")
    assert why["banbury-directory-01"] == "2 of 3 servers of directory serve, and 2 are needed: none to spare"
    assert not any("directory" in step.host for wave in made.waves for step in wave)


def test_a_server_with_a_package_half_way_is_missing_already(lab: Estate, published: Published) -> None:
    """It answers, and nobody knows whether it serves."""
    broken = answered("stratford-directory-01", OLD, dpkg=Dpkg("0" * 64, is_interrupted=True, error=""))
    made = planned(lab, published, {broken.host: broken})

    assert {one.host: one.why for one in made.left_out}["banbury-directory-01"] == (
        "2 of 3 servers of directory serve, and 2 are needed: none to spare"
    )


def test_the_router_comes_last_at_its_site(lab: Estate, published: Published) -> None:
    for site in lab.sites:
        found = waves(planned(lab, published), site)
        assert found[-1] == [f"{site}-router-01"]
        assert not any("router" in host for wave in found[:-1] for host in wave)


def test_hosts_to_be_mended_and_hosts_in_order_are_not_touched(lab: Estate, published: Published) -> None:
    broken = answered("banbury-control-01", OLD, dpkg=Dpkg("0" * 64, is_interrupted=True, error=""))
    fine = answered("towcester-control-01", ("openssl", "3.0.17-1~deb12u2"))
    made = planned(lab, published, {broken.host: broken, fine.host: fine})

    assert [(one.host, one.why) for one in made.left_out] == [
        ("banbury-control-01", "to be mended first: a run of dpkg was interrupted")
    ]
    assert not {"banbury-control-01", "towcester-control-01"} & {step.host for wave in made.waves for step in wave}


@pytest.mark.parametrize(
    ("read", "restart", "updates"),
    [
        (answered("banbury-control-01", OLD), "", ["openssl"]),
        (answered("banbury-control-01", OLD, asks_for_reboot=True), "asks for a restart", ["openssl"]),
        (
            answered("banbury-control-01", ("openssl", "3.0.17-1~deb12u2"), asks_for_reboot=True),
            "asks for a restart",
            [],
        ),
    ],
    ids=["update", "both", "restart"],
)
def test_a_step_says_what_it_installs_and_whether_it_restarts(
    lab: Estate, published: Published, read: Latest, restart: str, updates: list[str]
) -> None:
    made = planned(lab, published, {read.host: read})
    (step,) = [step for wave in made.waves for step in wave if step.host == read.host]

    assert (step.restart, [update.name for update in step.updates]) == (restart, updates)


def test_a_kernel_or_the_c_library_makes_it_restart(lab: Estate, site: Site) -> None:
    pairs = (("dpkg", "1.21.22"), ("base-files", "12.4+deb12u12"), ("libc6", "2.36-10"), ("linux-image-amd64", "6.1.2"))
    site.publish("broad", [site.build(*pair) for pair in pairs])
    index = site.indexes().read("broad", ["amd64"])
    published = {(place, ring): index for place in lab.sites for ring in lab.patches.rings}
    read = answered("banbury-control-01", ("libc6", "2.36-9"), ("linux-image-amd64", "6.1.1"))
    made = plan(lab, align(lab, {read.host: read}, published, NOW), NOW)

    assert [step.restart for wave in made.waves for step in wave] == []
    roomy = fresh(grown(lab, "control", count=1, target=0))
    made = plan(roomy, align(roomy, {read.host: read}, published, NOW), NOW)
    assert [step.restart for wave in made.waves for step in wave] == ["for libc6, linux-image-amd64"]


def test_a_part_of_the_hosts_is_planned_by_what_the_whole_pool_can_spare(lab: Estate, published: Published) -> None:
    standings = align(lab, all_behind(lab), published, NOW)
    chosen = {"banbury-directory-01", "sdc-d0001"}
    made = plan(lab, standings, NOW, chosen)

    assert set(made.hosts) == chosen
    assert made.left_out == ()


def test_what_is_not_a_rollouts_business_does_not_count_as_unfinished(lab: Estate, published: Published) -> None:
    name = "banbury-control-01"
    for read, words in (
        (answered(name, ("openssl", "3.0.17-1~deb12u2")), ""),
        (answered(name, ("openssl", "3.0.17-1~deb12u3"), ("nginx", "1.22")), ""),
        (answered(name, OLD), "overdue: openssl, its window on 2026-11-17 has passed"),
        (answered(name, ("openssl", "3.0.17-1~deb12u2"), asks_for_reboot=True), "reboot pending: asks for a restart"),
    ):
        (standing,) = [one for one in align(lab, {name: read}, published, NOW) if one.member.name == name]
        assert unfinished(standing) == words
    (standing,) = [one for one in align(lab, {name: silent(name)}, published, NOW) if one.member.name == name]
    assert unfinished(standing).startswith("offline: unreachable")
