"""Patches: a baseline that exists, rings in time, a day for every site, and leave whose time has not run out."""

from collections.abc import Collection, Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.patches import DESKTOPS, FIXES, Hold, Leave, Patches
from pyops.estate.problems import Finding, Location, unknown
from pyops.estate.spoken import duration


def check_patches(estate: Estate, today: date) -> Iterator[Finding]:
    """Baselines in the future, rings past the deadline, sites without a day, leave that is over or of nothing."""
    patches = estate.patches
    if patches.baseline > today:
        yield Finding(
            ("patches", "baseline"), patches.baseline, "lies in the future: a baseline is a snapshot that exists"
        )
    yield from _rings(patches)
    yield from _mirror(estate)
    for site in estate.sites:
        if site not in patches.window.days:
            at = ("patches", "window", "days", site)
            yield Finding(at, None, "is missing: every site has a day on which its hosts may be changed")
    for key, given in (("holds", patches.holds), ("waivers", patches.waivers)):
        for number, leave in enumerate(given):
            yield from _leave(estate, leave, ("patches", key, number), today)
    for number, waiver in enumerate(patches.waivers):
        if bool(waiver.package) == bool(waiver.fix):
            rule = "names both a package and a fix" if waiver.package else "names neither a package nor a fix"
            yield Finding(("patches", "waivers", number), None, f"is unclear: it {rule}")


def _mirror(estate: Estate) -> Iterator[Finding]:
    mirror, at = estate.patches.mirror, ("patches", "mirror")
    pool = estate.pools.get(mirror.pool)
    yield from unknown("pool", (*at, "pool"), mirror.pool, estate.pools)
    if pool and (missing := [site for site in estate.sites if not pool.count.get(site)]):
        rule = f"has no server at {', '.join(missing)}: every site has a mirror of its own"
        yield Finding((*at, "pool"), mirror.pool, rule)
    yield from unknown("site", (*at, "origin"), mirror.origin, estate.sites)


def _rings(patches: Patches) -> Iterator[Finding]:
    for ring in patches.rings.values():
        if ring.id == FIXES:
            yield Finding(("patches", "rings", ring.id), None, "is the name of the mirrors' suite of security fixes")
        if ring.delay > patches.deadline:
            rule = f"is past the deadline of {duration(patches.deadline)}"
            yield Finding(("patches", "rings", ring.id, "delay"), duration(ring.delay), rule)
            continue
        for site in patches.window.days:
            day = patches.first_day(site, ring)
            if day - patches.baseline > patches.deadline:
                late = f"its window is on {day} only, past the deadline of {duration(patches.deadline)}"
                rule = f"is too long for {site}: {late}"
                yield Finding(("patches", "rings", ring.id, "delay"), duration(ring.delay), rule)


def _leave(estate: Estate, leave: Leave, at: Location, today: date) -> Iterator[Finding]:
    what = "hold" if isinstance(leave, Hold) else "waiver"
    if leave.expires < today:
        rule = f"the {what} has expired (today is {today}): renew it with a reason or end it"
        yield Finding((*at, "expires"), leave.expires, rule)
    for noun, name, known in _names(estate, leave):
        if name is not None:
            yield from unknown(noun, (*at, noun), name, known)
    yield from unknown("partner", (*at, "owner"), leave.owner, estate.partners)


def _names(estate: Estate, leave: Leave) -> Iterator[tuple[str, str | None, Collection[str]]]:
    yield "site", leave.site, estate.sites
    yield "pool", leave.pool, [*estate.pools, DESKTOPS]
    yield "host", leave.host, [*(s.name for s in estate.servers), *(d.name for d in estate.desktops.desks)]
