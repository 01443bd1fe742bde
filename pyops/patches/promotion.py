"""Whether a ring may be moved to a baseline, and whether it stands there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from pyops.estate.model import Estate
from pyops.estate.spoken import duration
from pyops.patches.mirrors import Seen
from pyops.patches.release import Release


@dataclass(frozen=True, slots=True)
class Promotion:
    """A ring and the baseline that it is to carry, forward or back, as things stand."""

    ring: str
    baseline: date
    before: Mapping[str, str]
    """What each site's mirror carries of it; empty where it has nothing, or does not answer."""
    objections: tuple[str, ...]
    """Why it may not be done."""


def consider(estate: Estate, ring: str, baseline: date, seen: Seen, today: date, *, early: bool = False) -> Promotion:
    """What there is to do and what speaks against it; `early` lets it come before its day."""
    carried = seen.releases[ring]
    before = {site: carried[site].baseline if site in carried else "" for site in estate.sites}
    objections = [
        *([] if early else _day(estate, ring, baseline, today)),
        *_order(estate, ring, baseline, seen),
        *(f"{site}: its mirror does not answer, all must: {why}" for site, why in seen.unreachable.items()),
    ]
    return Promotion(ring, baseline, before, tuple(objections))


def unsettled(promotion: Promotion, seen: Seen) -> tuple[str, ...]:
    """What is missing until every mirror carries the baseline with the same bytes; nothing where they do."""
    ring, baseline, carried = promotion.ring, promotion.baseline, seen.releases[promotion.ring]
    words = [f"{site}: its mirror does not answer: {why}" for site, why in seen.unreachable.items()]
    for site in promotion.before:
        if site in seen.unreachable:
            continue
        if site not in carried:
            words.append(f"{site}: its mirror has no ring {ring}, must carry {baseline}")
        elif carried[site].baseline != str(baseline):
            words.append(f"{site}: {ring} carries {shown(carried[site])}, must carry {baseline}")
    if not words and len({release.sha256 for release in carried.values()}) > 1:
        words.append(f"{ring}: the mirrors carry {baseline} with different bytes, must be alike")
    return tuple(words)


def shown(release: Release) -> str:
    """A release by its baseline."""
    return release.baseline or "no baseline"


def _day(estate: Estate, ring: str, baseline: date, today: date) -> Iterator[str]:
    delay = estate.patches.rings[ring].delay
    if today < baseline + delay:
        since = f", {duration(delay)} after it was made" if delay else ""
        yield f"{ring}: {baseline}, is not for it before {baseline + delay}{since}"


def _order(estate: Estate, ring: str, baseline: date, seen: Seen) -> Iterator[str]:
    """What comes to a ring has been on the one before it: that carries the same, or something later, everywhere."""
    before = {after: before for before, after in pairwise(estate.patches.rings)}.get(ring)
    if before is None:
        return
    for site, release in seen.releases[before].items():
        if (_date(release) or date.min) < baseline:
            yield f"{ring}: {baseline}, must be on {before} first, which carries {shown(release)} at {site}"
    for site in estate.sites:
        if site not in seen.releases[before] and site not in seen.unreachable:
            yield f"{ring}: {baseline}, must be on {before} first, which is not there at {site}"


def _date(release: Release) -> date | None:
    try:
        return date.fromisoformat(release.baseline)
    except ValueError:
        return None
