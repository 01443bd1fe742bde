"""Results as plain data with stable keys, for JSON."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from pyops.engines.ansible import TaskResult
from pyops.patches.alignment import Standing
from pyops.patches.difference import Change
from pyops.patches.feeds.feed import Feed
from pyops.patches.feeds.matching import Matches
from pyops.patches.fixes import Due
from pyops.patches.gaps import Difference, Gap, Kind
from pyops.patches.mirrors import Seen
from pyops.patches.parity import Parity
from pyops.patches.plan import Plan, Stage
from pyops.patches.promotion import Promotion, unsettled
from pyops.patches.release import Release
from pyops.patches.rollout import Now, Rollout


def status(parity: Parity, standings: Iterable[Standing]) -> dict[str, Any]:
    """Of `pyops patches status`."""
    return {
        "in_order": parity.is_excused,
        "full": parity.is_full,
        "mirrors": {
            ring: {place: release(found) for place, found in places.items()} for ring, places in parity.releases.items()
        },
        "unreachable": dict(parity.unreachable),
        "parity": [
            {
                "site": cell.site,
                "ring": cell.ring,
                "hosts": cell.hosts,
                "aligned": cell.aligned,
                "percent": cell.percent,
                "states": {state.value: number for state, number in cell.states.items()},
                "gaps": [
                    {**gap._asdict(), "cause": gap.cause.value, "until": _day(gap.until)}  # NamedTuple's public method
                    for gap in cell.gaps
                ],
            }
            for cell in parity.cells
        ],
        "uneven": [{**one._asdict(), "versions": dict(one.versions)} for one in parity.uneven],
        "hosts": [host(standing) for standing in standings],
    }


def release(found: Release) -> dict[str, str]:
    """What a mirror publishes for a ring."""
    return {"baseline": found.baseline, "sha256": found.sha256}


def host(standing: Standing) -> dict[str, Any]:
    """One host; counts are null where they are not known."""
    member = standing.member
    return {
        "host": member.name,
        "site": member.site,
        "pool": member.pool,
        "ring": member.ring.id,
        "state": standing.state.value,
        "read_at": standing.read_at.isoformat() if standing.read_at else None,
        "packages": standing.packages,
        **{kind.value: standing.count(kind) for kind in Kind},
        "gaps": [_gap(gap) for gap in standing.gaps],
        "notices": list(standing.notices),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "cause": gap.cause.value,
        "detail": gap.detail,
        "until": _day(gap.until),
        "owner": gap.owner,
        "excused": gap.is_excused,
        "packages": [_difference(one) for one in gap.packages],
    }


def _difference(one: Difference) -> dict[str, str]:
    return {"package": one.name, "kind": one.kind.value, "installed": one.installed, "wanted": one.wanted}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def due(fixes: Iterable[Due], unknown: Sequence[str], today: date) -> dict[str, Any]:
    """Of `pyops patches due`."""
    return {
        "fixes": [
            {
                "source": one.fix.source,
                "version": one.fix.version,
                "packages": list(one.packages),
                "released_on": _day(one.fix.released_on),
                "dated_by": "index" if one.fix.is_dated_by_index else "changelog",
                "due_on": _day(one.fix.due_on),
                "days_left": one.fix.days_left(today),
                "closes": None if one.fix.closes is None else list(one.fix.closes),
                "sites": {site: list(hosts) for site, hosts in one.sites.items()},
                "excused": list(one.excused),
                "not_carried_by": list(one.uncarried),
            }
            for one in fixes
        ],
        "unknown": list(unknown),
    }


def feed(feeds: Iterable[Feed], matches: Matches, now: datetime) -> dict[str, Any]:
    """Of `pyops patches due --feed`."""
    return {
        "files": [
            {
                "file": str(one.file),
                "sha256": one.sha256,
                "made_at": one.said.made_at.isoformat() if one.said.made_at else None,
                "old": one.is_old(now),
                "undecided": one.said.undecided,
            }
            for one in feeds
        ],
        "open": [
            {**one.finding._asdict(), "sites": {site: list(hosts) for site, hosts in one.sites.items()}}
            for one in matches.open
        ],
        "unknown": list(matches.unknown),
        "unjudged": list(matches.unjudged),
    }


def changes(found: Iterable[Change]) -> list[dict[str, Any]]:
    """Of `pyops patches diff`."""
    return [change._asdict() for change in found]


def promotion(made: Promotion, seen: Seen) -> dict[str, Any]:
    """Of `pyops patches promote`."""
    carried = seen.releases[made.ring]
    return {
        "ring": made.ring,
        "baseline": str(made.baseline),
        "before": dict(made.before),
        "done": not unsettled(made, seen),
        "mirrors": {site: release(found) for site, found in carried.items()},
    }


def plan(made: Plan) -> dict[str, Any]:
    """Of `pyops patches plan`."""
    return {
        "stages": [_stage(stage) for stage in made.stages],
        "left_out": [one._asdict() for one in made.left_out],
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "site": stage.site,
        "day": _day(stage.day),
        "waves": [
            [
                {
                    "host": step.host,
                    "pool": step.pool,
                    "ring": step.ring,
                    "restart": step.restart,
                    "updates": [_difference(one) for one in step.updates],
                }
                for step in wave
            ]
            for wave in stage.waves
        ],
    }


def rehearsal(now: Now, changes: Iterable[TaskResult]) -> dict[str, Any]:
    """Of `pyops patches rollout --check`."""
    return {**plan(now.plan), "waiting": _waiting(now), "changes": [{"host": c.host, "task": c.task} for c in changes]}


def rollout(done: Rollout) -> dict[str, Any]:
    """Of `pyops patches rollout`."""
    stopped = done.stopped
    failed = [{"host": o.host, "site": stopped.site, "why": o.failure} for o in stopped.failed] if stopped else []
    return {
        "done": list(done.done),
        "failed": failed,
        "stopped": stopped.why if stopped else None,
        "untouched": list(stopped.untouched) if stopped else [],
        "waiting": _waiting(done.now),
        "left_out": [one._asdict() for one in done.now.plan.left_out],
    }


def _waiting(now: Now) -> list[dict[str, Any]]:
    return [{"site": stage.site, "day": _day(stage.day), "hosts": list(stage.hosts)} for stage in now.waiting]
