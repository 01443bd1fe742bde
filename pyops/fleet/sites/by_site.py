"""Asks a fleet by its sites' readers: each asks its own site's hosts; what a lost one owed is said to be unread."""

import queue
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyops.errors import OutsideFailed, Refused
from pyops.fleet.answer import Answer
from pyops.fleet.observation import Reason, Silence
from pyops.fleet.silences import silent
from pyops.fleet.sites.gathering import Events, Listening, gathering
from pyops.fleet.sites.messages import Begun, Event, Over, edition
from pyops.fleet.target import Access, Settings, Target

CLOCK_MAY_BE_OFF = 10.0
"""Seconds: a reader tells when it read by its own clock, and how far hosts' clocks are off."""
_TICK = 0.2
_SLACK = 30.0
_NO_ACCESS = Access("", Path(), Path())
"""A reader logs in by what it has itself: nothing of ours travels."""


@dataclass(frozen=True, slots=True)
class BySite:
    """Who reads which hosts; `ask` is what `pyops.fleet.reading.read` takes.

    `absent` are sites that are known to have no reader now, with the reason. A reader has `patience` seconds to come.
    """

    site_of: Mapping[str, str]
    certificates: Path
    listening: Listening
    patience: float = 20
    absent: Mapping[str, str] = field(default_factory=dict)

    def ask(self, targets: Sequence[Target], settings: Settings) -> Generator[Answer | Silence]:
        """Ask every target once; raises Refused for a host of no site, OutsideFailed where no site's reader comes."""
        sites = self._sites(targets, settings)
        present = [site for site in sites if site.name not in self.absent]
        if sites and not present:
            raise OutsideFailed(f"no site has a reader: {'; '.join(self.absent.values())}")
        for site in sites:
            if site.name in self.absent:
                yield from site.lost(self.absent[site.name])
        works = {site.name: tuple(site.untold.values()) for site in present}
        with gathering(self.listening, self.certificates, works, replace(settings, access=_NO_ACCESS)) as told:
            yield from self._heard({site.name: site for site in present}, told)

    def _heard(self, sites: Mapping[str, "_Site"], told: Events) -> Iterator[Answer | Silence]:
        until = time.monotonic() + self.patience
        while any(site.untold for site in sites.values()):
            if event := _next(told):
                yield from sites[event.site].hears(event)
            if time.monotonic() < until:
                continue
            if not any(site.has_begun for site in sites.values()):
                raise OutsideFailed(f"{', '.join(sites)}: no site's reader came within {self.patience:g} s")
            for site in sites.values():
                yield from site.overdue(self.patience)

    def _sites(self, targets: Sequence[Target], settings: Settings) -> list["_Site"]:
        longest = 2 * (settings.connect_deadline + settings.deadline) + _SLACK
        sites: dict[str, _Site] = {}
        for target in targets:
            name = self.site_of.get(target.host)
            if name is None:
                raise Refused(f"{target.host}: is at no site of the estate, so no reader reads it")
            sites.setdefault(name, _Site(name, longest)).untold[target.host] = target
        return list(sites.values())


@dataclass(slots=True)
class _Site:
    """The hosts of a site of which its reader has not told yet; it says nothing for `longest` seconds at most."""

    name: str
    longest: float
    untold: dict[str, Target] = field(default_factory=dict)
    has_begun: bool = False
    heard: float = 0

    def hears(self, event: Event) -> Iterator[Answer | Silence]:
        """What follows from what came."""
        self.heard = time.monotonic()
        if isinstance(event, Over):
            yield from self.lost(event.why)
        elif isinstance(event, Begun):
            self.has_begun = True
            off = event.clock - time.time()
            if abs(off) > CLOCK_MAY_BE_OFF:
                yield from self.lost(f"the clock of its reader is off by {off:+,.0f} s")
            if event.edition != edition():
                yield from self.lost("its reader is of another edition of pyops")
        elif self.untold.pop(event.host, None):
            yield event.result

    def overdue(self, patience: float) -> Iterator[Silence]:
        """A reader that did not come, or that hangs."""
        if not self.has_begun:
            yield from self.lost(f"no reader of it came within {patience:g} s")
        elif time.monotonic() - self.heard > self.longest:
            yield from self.lost(f"its reader told nothing for {self.longest:g} s")

    def lost(self, why: str) -> Iterator[Silence]:
        """What is not told yet is never told."""
        untold, self.untold = self.untold, {}
        for target in untold.values():
            yield silent(target, Reason.READER_LOST, f"{self.name}: {why}")


def _next(told: Events) -> Event | None:
    """What came next, None after a while without anything; raises what ended the reading."""
    try:
        came = told.get(timeout=_TICK)
    except queue.Empty:
        return None
    if isinstance(came, Exception):
        raise came
    return came
