"""How long nothing came through: the longest silence in a stream of pings while something is broken."""

import itertools
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyops.lab import Lab, hosts

INTERVAL = 0.05
"""Seconds between two pings."""
_REPLY = re.compile(r"\[(\d+\.\d+)\].*icmp_seq=(\d+)")


@dataclass(frozen=True)
class Outage:
    """The longest silence between two answers in seconds, and how many pings were lost in all."""

    seconds: float
    lost: int


def outage(
    lab: Lab, pairs: list[tuple[str, str]], event: Callable[[], object], lasting: float = 8.0
) -> dict[tuple[str, str], Outage]:
    """Ping for each (host, address) pair at once, let the event happen after a while, and read each stream's silence."""
    with ThreadPoolExecutor(len(pairs)) as pool:
        streams = {pair: pool.submit(_ping, lab, *pair, lasting) for pair in pairs}
        time.sleep(lasting / 4)
        event()
        return {pair: _read(stream.result()) for pair, stream in streams.items()}


def _ping(lab: Lab, source: str, address: str, lasting: float) -> str:
    ping = ["ping", "-D", "-i", str(INTERVAL), "-W", "1", "-w", str(int(lasting)), address]
    return hosts.run(lab, source, ping, check=False).stdout


def _read(output: str) -> Outage:
    answers = [(float(match[1]), int(match[2])) for match in _REPLY.finditer(output)]
    assert answers, f"no ping was ever answered: {output[-500:]}"
    steps = list(itertools.pairwise(answers))
    # Counted between answers: the last ping may still be under way when its time is up.
    lost = sum(later[1] - earlier[1] - 1 for earlier, later in steps)
    return Outage(max((later[0] - earlier[0] for earlier, later in steps), default=0.0), lost)
