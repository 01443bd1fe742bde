"""What a rollout does to hosts, by Ansible, and what it sees of them, by the fleet read."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from pyops.cli import patches_reading
from pyops.cli.fleet_scan import run
from pyops.cli.patches_reading import Reading
from pyops.cli.playing import failures, played
from pyops.cli.steps import step
from pyops.fleet.store import Store
from pyops.fleet.target import Access, Settings
from pyops.fleet.targets import targets_of
from pyops.patches.alignment import Standing, State
from pyops.patches.plan import Step
from pyops.patches.windows import end, is_open

if TYPE_CHECKING:
    from pyops.engines.ansible import Outcome

PAUSES_S = (5, 15)
"""Before hosts that do not answer any more are asked again: their router may have been restarted with them."""
_PLAYBOOK = "patches"


@dataclass
class Hands:
    """The hands of one rollout; `days` are the sites' days that it has begun on."""

    reading: Reading
    access: Access
    outside_window: str
    """Why it is done whatever the day and the hour; empty where windows hold."""
    days: Mapping[str, date] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)

    def closed(self, site: str) -> str:
        """Why no wave may begin at a site now."""
        estate, now = self.reading.estate, patches_reading.now()
        if self.outside_window or is_open(estate, self.days[site], now):
            return ""
        return f"its window has closed at {end(estate, self.days[site], now.tzinfo):%H:%M}"

    def look(self, hosts: Collection[str], pools: Collection[str]) -> Sequence[Standing]:
        """Read these hosts and the servers of these pools anew; who has answered before has some time to come back."""
        wanted = {*hosts, *(server.name for server in self.reading.estate.servers if server.pool.id in pools)}
        standings = self.scan(wanted)
        for pause in PAUSES_S:
            wanted = {one.member.name for one in standings if one.state is State.UNKNOWN} & wanted & self._answered
            if not wanted:
                break
            time.sleep(pause)
            standings = self.scan(wanted)
        return standings

    def scan(self, hosts: Collection[str]) -> Sequence[Standing]:
        """Read hosts once; returns how all hosts stand by what is known of them then."""
        estate = self.reading.estate
        with Store(self.reading.database) as store:
            targets = targets_of(estate, sorted(hosts), store.statuses())
            done = run(targets, Settings(self.access), store)
            readings = store.latest()
        if done.is_interrupted:
            raise KeyboardInterrupt
        standings = self.reading.judged(readings, patches_reading.now())
        self._answered |= {one.member.name for one in standings if one.state is not State.UNKNOWN} & set(hosts)
        return standings

    def work(self, wave: Sequence[Step]) -> Mapping[str, str]:
        """Bring the hosts of a wave to their ring's level; returns what failed, by host."""
        hosts = [one.host for one in wave]
        with step(f"{wave[0].site}, {len(hosts)} at once: {', '.join(hosts)}"):
            return failures(self._played(hosts, is_check=False))

    def rehearse(self, wave: Sequence[Step]) -> "Outcome":
        """The dry run of a wave."""
        return self._played([one.host for one in wave], is_check=True)

    def _played(self, hosts: Sequence[str], *, is_check: bool) -> "Outcome":
        # Words, never a template: Ansible trusts what comes by --extra-vars.
        words = {"__ansible_unsafe": self.outside_window}
        variables = {"patch_level_outside_window": words} if self.outside_window else {}
        return played(self.reading.estate, _PLAYBOOK, variables, ",".join(hosts), is_check=is_check)
