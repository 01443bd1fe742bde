"""A rollout goes wave by wave, looks before and after each, and stops at the first failure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed
from pyops.estate import Estate
from pyops.fleet.facts import Dpkg
from pyops.fleet.observation import Latest
from pyops.patches.alignment import Published, Standing, align
from pyops.patches.journal import Journal
from pyops.patches.members import members
from pyops.patches.plan import Step, plan
from pyops.patches.rollout import Finished, Now, Outcome, Stopped, conduct, next_wave, now_of, unmended
from pyops.patches.windows import is_open
from tests.patches.hosts import AT_RING, NOW, OLD, answered, silent


@dataclass
class Fleet:
    """Hosts that all are behind, and do as they are told; `before` and `work` may do otherwise."""

    estate: Estate
    published: Published
    known: dict[str, Latest] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)
    """What Ansible says of hosts; they stay as they were."""
    stay_behind: set[str] = field(default_factory=set)
    go_off: dict[str, str] = field(default_factory=dict)
    """A host that goes off while another one is worked on."""
    close_after: int = 1000
    worked: list[list[str]] = field(default_factory=list)
    looked: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = {one.name: answered(one.name, OLD) for one in members(self.estate)}
        self.rings = {one.name: one.ring.id for one in members(self.estate)}

    def standings(self) -> tuple[Standing, ...]:
        return align(self.estate, self.known, self.published, NOW)

    def plan(self) -> Now:
        return Now(plan(self.estate, self.standings(), NOW), ())

    def closed(self, site: str) -> str:
        return "its window has closed at 01:00" if len(self.worked) >= self.close_after else ""

    def look(self, hosts: Collection[str], pools: Collection[str]) -> Sequence[Standing]:
        self.looked.append({*hosts, *pools})
        return self.standings()

    def work(self, wave: Sequence[Step]) -> Mapping[str, str]:
        hosts = [step.host for step in wave]
        self.worked.append(hosts)
        for host in hosts:
            if host not in self.fails and host not in self.stay_behind:
                self.known[host] = answered(host, ("openssl", f"3.0.17-1~deb12u{AT_RING[self.rings[host]]}"))
            if host in self.go_off:
                self.known[self.go_off[host]] = silent(self.go_off[host])
        return {host: self.fails[host] for host in hosts if host in self.fails}


@pytest.fixture
def fleet(lab: Estate, published: Published) -> Fleet:
    return Fleet(lab, published)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "rollouts.jsonl", lambda: NOW)


def done(hosts: Iterable[str]) -> dict[str, Outcome]:
    return {host: Outcome(host) for host in hosts}


def test_waves_follow_each_other_until_all_is_done(fleet: Fleet) -> None:
    made = fleet.plan().plan
    outcomes: dict[str, Outcome] = {}
    seen = []
    while not isinstance(wave := next_wave(made, outcomes), Finished):
        assert not isinstance(wave, Stopped)
        seen.append(tuple(step.host for step in wave))
        outcomes |= done(step.host for step in wave)

    assert seen == [tuple(step.host for step in wave) for wave in made.waves]


def test_the_first_failure_stops_all_sites_says_where_and_resumes_there(fleet: Fleet) -> None:
    made = fleet.plan().plan
    first_two = [[step.host for step in wave] for wave in made.waves[:2]]
    outcomes = done(first_two[0]) | {first_two[1][0]: Outcome(first_two[1][0], "apt: unmet dependencies")}
    stopped = next_wave(made, outcomes)

    assert isinstance(stopped, Stopped)
    assert stopped.why == f"banbury: {first_two[1][0]}: apt: unmet dependencies"
    assert set(stopped.untouched) == set(made.hosts) - set(outcomes)

    del outcomes[first_two[1][0]]
    resumed = next_wave(made, outcomes)
    assert isinstance(resumed, tuple)
    assert [step.host for step in resumed] == first_two[1]


def test_a_rollout_does_every_host_once_and_looks_before_and_after(fleet: Fleet, journal: Journal) -> None:
    now = fleet.plan()
    made = conduct(fleet.estate, now, fleet, journal)

    assert isinstance(made.end, Finished)
    assert set(made.done) == {one.name for one in members(fleet.estate)}
    assert fleet.worked == [[step.host for step in wave] for wave in now.plan.waves]
    before, after = fleet.looked[::2], fleet.looked[1::2]
    assert [{step.pool for step in wave} for wave in now.plan.waves] == before
    assert [set(hosts) for hosts in fleet.worked] == after
    assert fleet.plan().plan.hosts == ()


@pytest.mark.parametrize("way", ["ansible", "reading"])
def test_a_failing_host_stops_everything_after_its_wave_and_the_next_run_goes_on(
    fleet: Fleet, journal: Journal, way: str
) -> None:
    bad = "banbury-directory-01"
    if way == "ansible":
        fleet.fails = {bad: "Install: unmet dependencies"}
    else:
        fleet.stay_behind = {bad}
    everything = set(fleet.plan().plan.hosts)
    made = conduct(fleet.estate, fleet.plan(), fleet, journal)
    words = (
        "Install: unmet dependencies" if way == "ansible" else "overdue: openssl, its window on 2026-11-17 has passed"
    )

    assert made.stopped is not None
    assert (made.stopped.site, made.stopped.failed) == ("banbury", (Outcome(bad, words),))
    (wave,) = fleet.worked
    assert set(made.done) == {*wave} - {bad}, "the rest of the wave is done"
    assert set(made.stopped.untouched) == everything - {*wave}

    fleet.fails, fleet.stay_behind, fleet.worked = {}, set(), []
    again = conduct(fleet.estate, fleet.plan(), fleet, journal)
    assert isinstance(again.end, Finished)
    assert sorted(host for wave in fleet.worked for host in wave) == sorted(everything - set(made.done))


def test_a_pool_that_loses_a_server_meanwhile_stops_before_it_falls_below_its_target(
    fleet: Fleet, journal: Journal
) -> None:
    """Of three directory servers two are needed: Towcester's goes off when Banbury's has been done."""
    fleet.go_off = {"banbury-directory-01": "stratford-directory-01"}
    made = conduct(fleet.estate, fleet.plan(), fleet, journal)

    assert made.stopped is not None
    assert made.stopped.why == "towcester: 2 of 3 servers of directory serve, and 2 are needed: none to spare"
    assert made.stopped.failed == ()
    assert not any("towcester" in host for wave in fleet.worked for host in wave)


def test_a_wave_is_only_as_large_as_its_pools_can_spare_by_then(
    lab: Estate, published: Published, journal: Journal
) -> None:
    changed = lab.pools["application"].model_copy(update={"count": dict.fromkeys(lab.sites, 4), "target": 9})
    pools = {**lab.pools, "application": changed}
    fields = {name: getattr(lab, name) for name in type(lab).model_fields}
    estate = type(lab).model_construct(**{**fields, "pools": pools})
    fleet = Fleet(estate, published, go_off={"banbury-application-01": "stratford-application-04"})
    made = plan(estate, fleet.standings(), NOW)
    conduct(estate, Now(made, ()), fleet, journal)

    def sizes(waves: Iterable[Iterable[str]]) -> Iterator[int]:
        yield from filter(None, (sum("banbury-application" in host for host in wave) for wave in waves))

    assert list(sizes([step.host for step in wave] for wave in made.waves)) == [1, 3]
    assert list(sizes(fleet.worked)) == [1, 2, 1]


def test_a_window_that_closes_lets_no_further_wave_begin(fleet: Fleet, journal: Journal) -> None:
    fleet.close_after = 1
    made = conduct(fleet.estate, fleet.plan(), fleet, journal)

    assert made.stopped is not None
    assert made.stopped.why == "banbury: its window has closed at 01:00"
    assert len(fleet.worked) == 1


def test_a_host_that_it_failed_on_is_not_passed_over_by_the_next_run(fleet: Fleet, journal: Journal) -> None:
    bad = "banbury-directory-01"
    fleet.fails = {bad: "Install: disk full"}
    conduct(fleet.estate, fleet.plan(), fleet, journal)
    assert (journal.failed(), unmended(fleet.plan().plan, journal.failed())) == ((bad,), ()), "it can be tried again"

    fleet.known[bad] = answered(bad, OLD, dpkg=Dpkg("0" * 64, is_interrupted=True, error=""))
    (words,) = unmended(fleet.plan().plan, journal.failed())
    assert words.startswith(
        f"{bad}: the last rollout did not end well on it, and it must be mended, or left out by --limit: to be"
    )

    assert unmended(fleet.plan().plan, ()) == (), "of another host's state nothing is concluded"

    fleet.fails = {}
    fleet.known[bad] = answered(bad, OLD)
    conduct(fleet.estate, fleet.plan(), fleet, journal)
    assert journal.failed() == ()


@pytest.mark.parametrize(
    ("time", "sites"),
    [
        ("2026-11-24 21:59+00:00", []),
        ("2026-11-24 22:00+00:00", ["banbury"]),
        ("2026-11-25 00:59+00:00", ["banbury"]),
        ("2026-11-25 01:00+00:00", []),
        ("2026-11-25 22:30+00:00", ["towcester"]),
    ],
)
def test_only_the_sites_whose_window_is_open_are_done_and_the_others_wait(
    fleet: Fleet, time: str, sites: list[str]
) -> None:
    moment = datetime.fromisoformat(time)
    made = plan(fleet.estate, fleet.standings(), moment)
    now = now_of(fleet.estate, made, moment)

    assert [stage.site for stage in now.plan.stages] == sites
    assert {stage.site for stage in now.waiting} == set(fleet.estate.sites) - set(sites)
    assert now_of(fleet.estate, made, moment, anytime=True) == Now(made, ())


def test_a_window_is_open_from_its_first_moment_to_just_before_its_last(lab: Estate) -> None:
    day = date(2026, 11, 24)
    moments = ("2026-11-24 21:59:59", "2026-11-24 22:00", "2026-11-25 00:59:59", "2026-11-25 01:00")

    assert [is_open(lab, day, datetime.fromisoformat(f"{one}+00:00")) for one in moments] == [False, True, True, False]


def test_a_journal_survives_a_kill_in_the_middle_of_a_line(journal: Journal, tmp_path: Path) -> None:
    file = tmp_path / "rollouts.jsonl"
    assert (list(journal.events()), journal.pending()) == ([], ())
    journal.add("begun", hosts=["a", "b", "c"])
    journal.add("wave", site="banbury", hosts=["a", "b"])
    journal.add("host", host="a", site="banbury", failure="")
    whole = file.read_bytes()
    journal.add("host", host="b", site="banbury", failure="")
    file.write_bytes(file.read_bytes()[:-20])

    assert journal.pending() == ("b",)
    journal.add("begun", hosts=["b", "c"])
    assert [event["event"] for event in journal.events()] == ["begun", "wave", "host", "begun"]
    assert journal.pending() == ("b",), "the next rollout has not come to it yet"
    assert file.read_bytes().startswith(whole)


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutsideFailed, match=r"/file: could not be written, File exists"):
        Journal(tmp_path / "file" / "rollouts.jsonl", lambda: NOW).add("begun")


def test_what_happens_is_in_the_journal(fleet: Fleet, journal: Journal) -> None:
    fleet.fails = {"banbury-directory-01": "Install: no"}
    conduct(fleet.estate, fleet.plan(), fleet, journal)
    wave, *hosts = journal.events()

    assert (wave["event"], wave["site"], wave["hosts"]) == ("wave", "banbury", fleet.worked[0])
    assert {event["host"]: event["failure"] for event in hosts} == {
        host: "Install: no" if host == "banbury-directory-01" else "" for host in fleet.worked[0]
    }
