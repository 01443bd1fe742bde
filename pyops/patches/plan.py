"""What a rollout would do: which hosts, on which day, in which order, what they get, and which must restart.

Sites come one after the other, each on its own day. In a site, hosts go in waves: of every pool one host alone first,
then as many as the pool can spare without falling below its target; the router last, as all others need it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pyops.estate.model import Estate
from pyops.estate.patches import DESKTOPS, Weekday
from pyops.patches.alignment import Standing, State
from pyops.patches.gaps import Cause, Difference, Gap, Kind
from pyops.patches.windows import end

DESKS_AT_ONCE = 50
"""Desks have no target: so many are missing from work at the same time at most."""
_RESTARTING = ("libc6", "systemd", "dbus", "libssl3")
"""What long-running programs keep in its old form until they are started anew; a new kernel besides."""
_LATE = (Cause.OVERDUE, Cause.OUTSIDE_WINDOW)
_NOT_OURS = (Cause.WAIVED, Cause.HELD, Cause.AHEAD, Cause.FOREIGN)
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One host."""

    host: str
    site: str
    pool: str
    ring: str
    updates: tuple[Difference, ...]
    restart: str
    """Why it restarts; empty where it does not."""


class LeftOut(NamedTuple):
    """A host that a rollout cannot take along."""

    host: str
    site: str
    why: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One site on its day: waves that follow each other, the hosts of one wave at the same time."""

    site: str
    day: date
    waves: tuple[tuple[Step, ...], ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """All of them, in order."""
        return tuple(step.host for wave in self.waves for step in wave)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole rollout, in order."""

    stages: tuple[Stage, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def waves(self) -> tuple[tuple[Step, ...], ...]:
        """All waves of all sites, in order."""
        return tuple(wave for stage in self.stages for wave in stage.waves)

    @property
    def hosts(self) -> tuple[str, ...]:
        """All hosts of it, in order."""
        return tuple(host for stage in self.stages for host in stage.hosts)


def plan(estate: Estate, standings: Sequence[Standing], now: datetime, chosen: Collection[str] | None = None) -> Plan:
    """What is to be done with hosts that are behind, or with the chosen ones of them.

    `standings` are those of all hosts: what a pool can spare hangs on each of its servers. `now` is aware, its time
    zone that of the sites.
    """
    spare = can_spare(estate, standings)
    asked = [one for one in standings if chosen is None or one.member.name in chosen]
    left_out = [LeftOut(one.member.name, one.member.site, why) for one in asked if (why := _obstacle(one))]
    steps = {one.member.name: step for one in asked if not _obstacle(one) and (step := _step(one))}
    days: dict[tuple[date, str], list[Step]] = {}
    for one in asked:
        step = steps.get(one.member.name)
        if step is None:
            continue
        if spare.get(step.pool, 1) < 1:
            left_out.append(LeftOut(step.host, step.site, needed(estate, step.pool, standings)))
        else:
            days.setdefault((_day(estate, step.site, now), step.site), []).append(step)
    order = {site: number for number, site in enumerate(estate.sites)}
    stages = [
        Stage(site, day, tuple(_waves(found, spare, estate.gateway_pool.id)))
        for (day, site), found in sorted(days.items(), key=lambda item: (item[0][0], order[item[0][1]]))
    ]
    return Plan(tuple(stages), tuple(left_out))


def _obstacle(standing: Standing) -> str:
    """Why a host that is not in order cannot be taken along; empty for one that can, or need not."""
    if standing.state is State.UNKNOWN or any(gap.cause is Cause.SYSTEM for gap in standing.gaps):
        return "; ".join(f"{gap.cause}: {gap.detail}" for gap in standing.gaps)
    if standing.state is State.BEHIND and standing.notices:
        return f"to be mended first: {'; '.join(standing.notices)}"
    return ""


def unfinished(standing: Standing) -> str:
    """What of a host is still not as a rollout should leave it; empty where nothing is.

    Packages that stay by leave, and those that its ring has older or not at all, are none of a rollout's.
    """
    gaps = [gap for gap in standing.gaps if gap.cause not in _NOT_OURS]
    return "; ".join(f"{gap.cause}: {_of_packages(gap)}{gap.detail}" for gap in gaps)


def _of_packages(gap: Gap) -> str:
    names = [one.name for one in gap.packages]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}, " if names else ""


def _step(standing: Standing) -> Step | None:
    late = [gap for gap in standing.gaps if gap.cause in _LATE]
    updates = tuple(difference for gap in late for difference in gap.packages if difference.kind is Kind.BEHIND)
    pending = [gap.detail for gap in standing.gaps if gap.cause is Cause.RESTART_PENDING]
    if not updates and not pending:
        return None
    member = standing.member
    return Step(member.name, member.site, member.pool, member.ring.id, updates, _restart(updates, pending))


def _restart(updates: Iterable[Difference], pending: Sequence[str]) -> str:
    names = [one.name for one in updates if one.name in _RESTARTING or one.name.startswith("linux-image-")]
    return f"for {', '.join(names)}" if names else "; ".join(pending)


def can_spare(estate: Estate, standings: Sequence[Standing]) -> Mapping[str, int]:
    """How many servers of each pool may be missing at once. One that does not serve is missing already."""
    return {
        pool.id: sum(one.member.pool == pool.id and _serves(one) for one in standings) - pool.target
        for pool in estate.pools.values()
    } | {DESKTOPS: DESKS_AT_ONCE}


def needed(estate: Estate, pool: str, standings: Sequence[Standing]) -> str:
    """Why none of a pool's servers can be spared."""
    own = [one for one in standings if one.member.pool == pool]
    serving = sum(map(_serves, own))
    return f"{serving} of {len(own)} servers of {pool} serve, and {estate.pools[pool].target} are needed: none to spare"


def _serves(standing: Standing) -> bool:
    """Whether it can be counted on: it answers, and no package of it is half-way."""
    return standing.state is not State.UNKNOWN and all(gap.cause is not Cause.BROKEN for gap in standing.gaps)


def _day(estate: Estate, site: str, now: datetime) -> date:
    """The day of the site's window that is open, or comes next: what a ring carries is meant for its hosts by then."""
    wanted = list(Weekday).index(estate.patches.window.days[site])
    yesterday = now.date() - timedelta(days=1)  # whose window may be open past midnight
    found = yesterday + timedelta(days=(wanted - yesterday.weekday()) % len(Weekday))
    return found + timedelta(weeks=1) if end(estate, found, now.tzinfo) <= now else found


def _waves(steps: Sequence[Step], spare: Mapping[str, int], last: str) -> Iterator[tuple[Step, ...]]:
    """Waves of all pools side by side, then those of the pool that comes last."""
    for group in ([s for s in steps if s.pool != last], [s for s in steps if s.pool == last]):
        queues: dict[str, list[Step]] = {}
        for step in group:
            queues.setdefault(step.pool, []).append(step)
        size = dict.fromkeys(queues, 1)
        while any(queues.values()):
            yield tuple(step for pool, queue in queues.items() for step in queue[: size[pool]])
            queues = {pool: queue[size[pool] :] for pool, queue in queues.items()}
            size = {pool: spare[pool] for pool in queues}
