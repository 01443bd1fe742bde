"""Where a rollout stands, and what comes next: the first failure stops it, and it goes on from there once mended."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyops.patches.plan import Plan, Step


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one host: done, or the reason for which it is not."""

    host: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A rollout that goes no further: where and why, and which hosts have not been begun."""

    failed: tuple[Outcome, ...]
    site: str
    untouched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """Every host of the plan is done."""


Outcomes = Mapping[str, Outcome]


def next_wave(plan: Plan, outcomes: Outcomes) -> tuple[Step, ...] | Stopped | Finished:
    """The hosts to do now: those of the first wave that are not done. Hosts without an outcome were not begun.

    To resume a stopped rollout, leave out the outcomes of hosts that have been mended.
    """
    steps = [step for wave in plan.waves for step in wave]
    failed = [step for step in steps if step.host in outcomes and outcomes[step.host].failure]
    if failed:
        untouched = tuple(step.host for step in steps if step.host not in outcomes)
        return Stopped(tuple(outcomes[step.host] for step in failed), failed[0].site, untouched)
    for wave in plan.waves:
        remaining = tuple(step for step in wave if step.host not in outcomes)
        if remaining:
            return remaining
    return Finished()
