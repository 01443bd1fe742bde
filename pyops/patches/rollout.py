"""A rollout as it goes: wave by wave, each looked at before and after; the first failure stops it at all sites.

Run again, it is planned anew from what hosts then are. All that it remembers is on which of them it has failed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pyops.estate.model import Estate
from pyops.patches.alignment import Standing
from pyops.patches.journal import Journal
from pyops.patches.plan import Plan, Stage, Step, can_spare, needed, unfinished
from pyops.patches.windows import is_open


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one host: done, or the reason for which it is not."""

    host: str
    failure: str = ""


Outcomes = Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rollout that goes no further: where and why, and which hosts have not been begun."""

    failed: tuple[Outcome, ...]
    """The hosts that it failed on; none where something else keeps the next wave from beginning."""
    site: str
    untouched: tuple[str, ...]
    obstacle: str = ""
    """What keeps it from going on where no host has failed."""

    @property
    def why(self) -> str:
        """Where and why, in one line."""
        failed = "; ".join(f"{one.host}: {one.failure}" for one in self.failed)
        return f"{self.site}: {failed or self.obstacle}"


@dataclass(frozen=True, slots=True)
class Finished:
    """Every host of the plan is done."""


@dataclass(frozen=True, slots=True)
class Now:
    """What of a plan may be done at this moment, and the sites whose window is not open."""

    plan: Plan
    waiting: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a rollout ended, and what became of the hosts that were begun."""

    now: Now
    end: Stopped | Finished
    outcomes: Outcomes

    @property
    def done(self) -> tuple[str, ...]:
        """The hosts that are as their ring is now."""
        return tuple(one.host for one in self.outcomes.values() if not one.failure)

    @property
    def stopped(self) -> Stopped | None:
        """Where and why it goes no further; None where all is done."""
        return self.end if isinstance(self.end, Stopped) else None


class Hands(Protocol):
    """What a rollout has done to hosts, and what it sees of them."""

    def closed(self, site: str) -> str:
        """Why no wave may begin at a site now; empty where one may."""

    def look(self, hosts: Collection[str], pools: Collection[str]) -> Sequence[Standing]:
        """How all hosts stand, once these and the servers of these pools have been read anew."""

    def work(self, wave: Sequence[Step]) -> Mapping[str, str]:
        """Bring hosts to their ring's level, all at once; returns what failed, by host."""


def next_wave(plan: Plan, outcomes: Outcomes) -> tuple[Step, ...] | Stopped | Finished:
    """The hosts to do now: those of the first wave that are not done. Hosts without an outcome were not begun."""
    steps = [step for wave in plan.waves for step in wave]
    failed = [step for step in steps if step.host in outcomes and outcomes[step.host].failure]
    if failed:
        return Stopped(tuple(outcomes[step.host] for step in failed), failed[0].site, _untouched(plan, outcomes))
    for wave in plan.waves:
        remaining = tuple(step for step in wave if step.host not in outcomes)
        if remaining:
            return remaining
    return Finished()


def now_of(estate: Estate, plan: Plan, moment: datetime, *, anytime: bool = False) -> Now:
    """The sites whose window is open, or all of them."""
    stages = [stage for stage in plan.stages if anytime or is_open(estate, stage.day, moment)]
    return Now(Plan(tuple(stages), plan.left_out), tuple(stage for stage in plan.stages if stage not in stages))


def unmended(plan: Plan, failed: Collection[str]) -> tuple[str, ...]:
    """Hosts on which a rollout did not end well and that cannot even be tried again, each with the reason.

    To leave them out and go on would be to go on after a failure.
    """
    return tuple(
        f"{one.host}: the last rollout did not end well on it, and it must be mended, or left out by --limit: {one.why}"
        for one in plan.left_out
        if one.host in failed
    )


def conduct(estate: Estate, now: Now, hands: Hands, journal: Journal) -> Rollout:
    """Do what may be done now, until its end or the first failure."""
    outcomes: dict[str, Outcome] = {}
    while True:
        wave = next_wave(now.plan, outcomes)
        if not isinstance(wave, tuple):
            return Rollout(now, wave, outcomes)
        site = wave[0].site
        standings = hands.look((), {step.pool for step in wave})
        why = hands.closed(site) or _none_to_spare(estate, wave, standings)
        if why:
            return Rollout(now, Stopped((), site, _untouched(now.plan, outcomes), why), outcomes)
        wave = fitting(wave, can_spare(estate, standings))
        hosts = [step.host for step in wave]
        journal.add("wave", site=site, hosts=hosts)
        failures = hands.work(wave)
        after = {one.member.name: one for one in hands.look(hosts, ())}
        for host in hosts:
            outcomes[host] = Outcome(host, failures.get(host) or unfinished(after[host]))
            journal.add("host", host=host, site=site, failure=outcomes[host].failure)


def fitting(wave: Sequence[Step], spare: Mapping[str, int]) -> tuple[Step, ...]:
    """So much of a wave as its pools can spare now."""
    by_pool: dict[str, list[Step]] = {}
    for step in wave:
        by_pool.setdefault(step.pool, []).append(step)
    return tuple(step for pool, steps in by_pool.items() for step in steps[: spare[pool]])


def _none_to_spare(estate: Estate, wave: Sequence[Step], standings: Sequence[Standing]) -> str:
    """Why a pool of the wave can spare none of its servers now; empty where each can."""
    spare = can_spare(estate, standings)
    pools = dict.fromkeys(step.pool for step in wave if spare[step.pool] < 1)
    return "; ".join(needed(estate, pool, standings) for pool in pools)


def _untouched(plan: Plan, outcomes: Outcomes) -> tuple[str, ...]:
    return tuple(step.host for wave in plan.waves for step in wave if step.host not in outcomes)
