"""How each host stands to its ring, and why. A host of which nothing is known is unknown, and never in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pyops.estate.model import Estate
from pyops.fleet.facts import Facts
from pyops.fleet.observation import Latest, Readings
from pyops.patches.conditions import Condition, shown, unbelievable
from pyops.patches.gaps import Cause, Difference, Gap, Kind, Reason
from pyops.patches.indexes import Index
from pyops.patches.judging import Judge
from pyops.patches.leave import Leaves
from pyops.patches.members import Member, members
from pyops.patches.windows import closes, first_day

FRESH = timedelta(hours=24)
"""How old an observation may be and still tell how a host is."""
_AHEAD = Reason(Cause.AHEAD, "newer than its ring")
_FOREIGN = Reason(Cause.FOREIGN, "its ring does not carry it")
_HELD = Reason(Cause.HELD_WITHOUT_LEAVE, "held on the host, and the estate has no hold for it")


class State(StrEnum):
    """How a host stands to its ring: the first of these that is true of any of its gaps."""

    UNKNOWN = "unknown"
    BEHIND = "behind"
    AHEAD = "ahead"
    FOREIGN = "foreign"
    """It has what the ring does not carry, and is in order otherwise."""
    ALIGNED = "aligned"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one host stands."""

    member: Member
    state: State
    gaps: tuple[Gap, ...]
    read_at: datetime | None
    """Of the observation that was judged; None where there is none to judge."""
    packages: int | None
    """How many it has; None where that is not known."""
    notices: tuple[str, ...]
    """What is wrong with it besides, such as a clock that is off."""

    @property
    def is_judged(self) -> bool:
        """Whether its packages have been compared with its ring's; of others nothing can be counted."""
        return self.state is not State.UNKNOWN and all(gap.cause is not Cause.SYSTEM for gap in self.gaps)

    def count(self, kind: Kind) -> int | None:
        """How many packages differ so; None where that is not known."""
        if not self.is_judged:
            return None
        return sum(difference.kind is kind for gap in self.gaps for difference in gap.packages)

    @property
    def is_excused(self) -> bool:
        """Whether every gap has a reason that holds today."""
        return all(gap.is_excused for gap in self.gaps)


Published = Mapping[tuple[str, str], Index]
"""The index of a ring as a site's mirror publishes it, by site and ring."""


def align(
    estate: Estate, readings: Readings, published: Published, now: datetime, fresh: timedelta = FRESH
) -> tuple[Standing, ...]:
    """Every host of the estate against its ring; `now` is aware, its time zone that of the sites."""
    judges: dict[int, Judge] = {}

    def judge(member: Member) -> Judge:
        index = published[member.site, member.ring.id]
        return judges.setdefault(id(index), Judge(index))

    leaves = Leaves(estate.patches, now.date())
    return tuple(
        _Aligning(estate, member, readings.get(member.name), now, leaves).standing(judge, fresh)
        for member in members(estate)
    )


@dataclass(frozen=True, slots=True)
class _Aligning:
    """One host at one moment."""

    estate: Estate
    member: Member
    latest: Latest | None
    now: datetime
    leaves: Leaves

    def standing(self, judge: Callable[[Member], Judge], fresh: timedelta) -> Standing:
        unknown = self._unknown(fresh)
        facts = self.latest.facts if self.latest else None
        if unknown or facts is None or facts.packages is None:
            return self._without_facts(unknown or Reason(Cause.UNJUDGED, "nothing is known of it"))
        if foreign := self._another_system(facts):
            return self._made(Condition(facts, facts.broken), State.FOREIGN, (foreign.gap(),))
        ring = judge(self.member)
        if not ring.carries(facts.architecture):
            detail = f"its ring carries nothing for its architecture, {shown(facts.architecture)}"
            return self._without_facts(Reason(Cause.UNJUDGED, detail))
        differences, unfinished, impossible = ring.judge(facts.packages, facts.architecture)
        if impossible:
            detail = f"its list has a package that dpkg allows nobody to have: {impossible}"
            return self._without_facts(Reason(Cause.UNJUDGED, detail))
        condition = Condition(facts, unfinished)
        gaps = tuple(self._of_packages(condition, differences))
        gaps += tuple(gap for gap in self._of_host(condition) if all(gap.cause is not other.cause for other in gaps))
        return self._made(condition, _state(gaps), gaps)

    def _unknown(self, fresh: timedelta) -> Reason | None:
        latest = self.latest
        if latest is None or not (latest.observation or latest.silence):
            return Reason(Cause.UNJUDGED, "it was never read")
        if latest.silence:
            silence = latest.silence
            detail = f"{silence.reason}, {silence.tried_at:%Y-%m-%d %H:%M} UTC"
            return Reason(Cause.OFFLINE, f"{detail}: {shown(silence.detail)}" if silence.detail else detail)
        if latest.observation and self.now - latest.observation.read_at > fresh:
            return Reason(Cause.UNJUDGED, f"it was last read on {latest.observation.read_at:%Y-%m-%d %H:%M} UTC")
        why = unbelievable(latest.facts) if latest.facts else ""
        return Reason(Cause.UNJUDGED, why) if why else None

    def _without_facts(self, reason: Reason) -> Standing:
        facts = self.latest.facts if self.latest else None
        notices = Condition(facts, facts.broken).notices if facts else ()
        return Standing(self.member, State.UNKNOWN, (reason.gap(),), None, None, notices)

    def _made(self, condition: Condition, state: State, gaps: tuple[Gap, ...]) -> Standing:
        read_at = self.latest.observation.read_at if self.latest and self.latest.observation else None
        return Standing(self.member, state, gaps, read_at, len(condition.facts.packages or ()), condition.notices)

    def _another_system(self, facts: Facts) -> Reason | None:
        wanted, system = self.member.release, facts.system
        if system.codename == wanted:
            return None
        return Reason(Cause.SYSTEM, f"runs {shown(system.name)}, its image is {wanted}")

    def _of_packages(self, condition: Condition, differences: Sequence[Difference]) -> Iterator[Gap]:
        late = self._late(condition)
        has_leave = self.leaves.concern(differences)
        grouped: dict[Reason, list[Difference]] = {}
        for difference in differences:
            leave = self.leaves.reason(self.member, difference) if has_leave else None
            grouped.setdefault(leave or _by_kind(difference) or late, []).append(difference)
        yield from (reason.gap(tuple(found)) for reason, found in grouped.items())

    def _late(self, condition: Condition) -> Reason:
        """Why packages that nobody has given leave for are behind."""
        day = first_day(self.estate, self.member)
        if self.now < closes(self.estate, self.member, self.now.tzinfo):
            return Reason(Cause.OUTSIDE_WINDOW, f"its window is on {day}", until=day, is_excused=True)
        obstacles = (
            (Cause.BROKEN, condition.dpkg),
            (Cause.DISK_FULL, condition.disks),
            (Cause.CLOCK_OFF, condition.clock),
        )
        for cause, words in obstacles:
            if words:
                return Reason(cause, words)
        return Reason(Cause.OVERDUE, f"its window on {day} has passed")

    def _of_host(self, condition: Condition) -> Iterator[Gap]:
        if condition.dpkg:
            yield Reason(Cause.BROKEN, condition.dpkg).gap()
        if condition.restart:
            is_early = self.now < closes(self.estate, self.member, self.now.tzinfo)
            day = first_day(self.estate, self.member) if is_early else None
            yield Reason(Cause.RESTART_PENDING, condition.restart, until=day, is_excused=is_early).gap()


def _by_kind(difference: Difference) -> Reason | None:
    if difference.kind is Kind.AHEAD:
        return _AHEAD
    if difference.kind is Kind.FOREIGN:
        return _FOREIGN
    return _HELD if difference.is_held else None


def _state(gaps: Sequence[Gap]) -> State:
    kinds = {difference.kind for gap in gaps for difference in gap.packages}
    if Kind.BEHIND in kinds or any(gap.cause in (Cause.RESTART_PENDING, Cause.BROKEN) for gap in gaps):
        return State.BEHIND
    if Kind.AHEAD in kinds:
        return State.AHEAD
    return State.FOREIGN if kinds else State.ALIGNED
