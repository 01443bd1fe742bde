"""2,000 hosts, 200 of them dead and some bad: each is told as what it is, and nothing is lost or mixed up."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from pyops.fleet.observation import Observation, Reason, Silence
from pyops.fleet.target import Target

from .conftest import Fleet, new_key
from .crowd import CHATTY, CUT, FINE, GONE, LOCKED, SLOW, crowd
from .server import LOOPBACK

OTHER = 7
"""Hosts of another key than the one that is known; they behave as all others would."""
BAD = {
    LOCKED: Reason.AUTHENTICATION_REFUSED,
    CUT: Reason.UNREADABLE_ANSWER,
    GONE: Reason.CONNECTION_LOST,
    SLOW: Reason.DEADLINE_PASSED,
    CHATTY: Reason.NO_COMMON_PROTOCOL,
    OTHER: Reason.WRONG_HOST_KEY,
}
DEAD, OF_EACH, ALL = 200, 10, 2000


def addresses(kind: int, count: int) -> list[str]:
    return [f"127.{kind}.{number // 250}.{number % 250 + 1}" for number in range(count)]


@contextmanager
def dead_ports() -> Iterator[tuple[int, int]]:
    """A port where nobody listens, and one where packets vanish."""
    with ExitStack() as stack:
        with socket.create_server((LOOPBACK, 0)) as gone:
            closed = gone.getsockname()[1]
        full = stack.enter_context(socket.create_server((LOOPBACK, 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield closed, full.getsockname()[1]


@pytest.mark.parametrize("processes", [1, 2])
def test_each_of_2000_hosts_is_told_as_what_it_is(fleet: Fleet, processes: int) -> None:
    host_key = new_key(fleet.folder / "hosts.key")
    other = new_key(fleet.folder / "other.key")
    fine = addresses(FINE, ALL - DEAD - OF_EACH * len(BAD))
    with crowd(fleet.folder / "hosts.key", fleet.settings.access.key_file) as port, dead_ports() as dead:
        bad = [Target(address, address, port) for kind in BAD for address in addresses(kind, OF_EACH)]
        off = [Target(f"off-{number}", LOOPBACK, dead[number % 2]) for number in range(DEAD)]
        alive = [Target(address, address, port) for address in fine]
        for target in (*bad, *alive):
            key = other if target.host in addresses(OTHER, OF_EACH) else host_key
            fleet.trust(target.address, port, key)
        for dead_port in dead:
            fleet.trust(LOOPBACK, dead_port, host_key)
        # The slow ones come first: they take their whole time while all others are read.
        found = fleet.read(*bad, *off, *alive, deadline=6, processes=processes)

    silent = {host: one.reason for host, one in found.items() if isinstance(one, Silence)}
    read = {host: one for host, one in found.items() if isinstance(one, Observation)}
    assert silent == {
        **{address: reason for kind, reason in BAD.items() for address in addresses(kind, OF_EACH)},
        **{target.host: Reason.UNREACHABLE for target in off},
    }
    assert Counter(silent.values())[Reason.UNREACHABLE] == DEAD
    assert {host: (one.facts.packages or {})["own"].version for host, one in read.items()} == {a: a for a in fine}
