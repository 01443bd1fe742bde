"""The ways to hosts that are not called directly: a program as the stream, and a bastion."""

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from pyops.fleet.observation import Observation, Reason
from pyops.fleet.streams import proxy_words
from pyops.fleet.target import Access, Bastion, Proxy, Target, Way

from .answers import answering
from .conftest import Fleet, new_key
from .server import LOOPBACK, Server

NETCAT = Proxy(("nc", "-N", "%h", "%p"))


def by(fleet: Fleet, way: Way) -> dict[str, Any]:
    """The settings with another way."""
    known = fleet.settings.access
    return {"access": Access(known.user, known.key_file, known.known_hosts, way)}


@pytest.fixture
def bastion(fleet: Fleet) -> tuple[Server, Bastion]:
    server = fleet.host("bastion")
    del fleet.servers["bastion"]
    return server, Bastion("bastion", LOOPBACK, server.port)


def test_a_program_can_be_the_stream(fleet: Fleet) -> None:
    fleet.host("web").answer = answering()

    assert fleet.observation(fleet.target("web"), **by(fleet, NETCAT)).facts.architecture == "amd64"


def test_a_program_gets_address_and_port_in_its_words() -> None:
    words = ("go", "100%%", "%h:%p", "--at=%p")

    assert proxy_words(Proxy(words), Target("web", "10.0.0.1", 2222)) == ["go", "100%", "10.0.0.1:2222", "--at=2222"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such-program", "%h"), "no-such-program: no such file or directory"),
        (("sh", "-c", "echo web: the lab has no such host >&2; exit 1"), "web: the lab has no such host"),
        (("sleep", "60"), "no answer within 2 s"),
    ],
)
def test_a_program_that_makes_no_stream_leaves_the_host_unreachable_in_its_words(
    fleet: Fleet, words: tuple[str, ...], said: str
) -> None:
    fleet.host("web")

    silence = fleet.silence(fleet.target("web"), **by(fleet, Proxy(words)))

    assert (silence.reason, silence.detail) == (Reason.UNREACHABLE, said)


def test_the_programs_end_with_the_read(fleet: Fleet, tmp_path: Path) -> None:
    fleet.host("web").answer = answering()
    mark = tmp_path / "mark"
    program = (
        f"import os, subprocess; open({str(mark)!r}, 'w').write(str(os.getpid())); os.execvp('nc', ['nc', '%h', '%p'])"
    )

    fleet.observation(fleet.target("web"), **by(fleet, Proxy((sys.executable, "-c", program))))

    assert not Path("/proc", mark.read_text()).exists()


def test_a_bastion_carries_all_hosts_by_one_connection(fleet: Fleet, bastion: tuple[Server, Bastion]) -> None:
    server, way = bastion
    for number in range(6):
        fleet.host(f"web{number}").answer = answering()

    found = fleet.read(*map(fleet.target, fleet.servers), **by(fleet, way))

    assert all(isinstance(reading, Observation) for reading in found.values())
    assert server.connections == 1
    assert sorted(server.forwarded) == sorted(host.port for host in fleet.servers.values())


def test_a_host_that_the_bastion_does_not_reach(fleet: Fleet, bastion: tuple[Server, Bastion]) -> None:
    fleet.host("web").answer = answering()
    with socket.create_server((LOOPBACK, 0)) as gone:
        port = gone.getsockname()[1]
    fleet.trust("off", port, fleet.operator)

    found = fleet.read(fleet.target("web"), Target("off", LOOPBACK, port), **by(fleet, bastion[1]))

    off = found["off"]
    assert isinstance(found["web"], Observation)
    assert not isinstance(off, Observation)
    assert (off.reason, off.detail) == (Reason.UNREACHABLE, "bastion does not reach it: connect failed")


def test_a_bastion_with_another_key_is_not_used(fleet: Fleet, bastion: tuple[Server, Bastion], tmp_path: Path) -> None:
    bastion[0].host_key = new_key(tmp_path / "other")
    fleet.host("web")

    silence = fleet.silence(fleet.target("web"), **by(fleet, bastion[1]))

    assert silence.reason is Reason.UNREACHABLE
    assert silence.detail.startswith("bastion: shows SHA256:")
    assert bastion[0].forwarded == []


@pytest.mark.parametrize("way", ["program", "bastion"])
def test_few_log_in_at_once_through_one_host(fleet: Fleet, bastion: tuple[Server, Bastion], way: str) -> None:
    """sshd drops logins at random when too many are under way, and a dropped one would look like a host that is off."""
    server = fleet.host("web")
    server.answer = answering()
    fleet.trust(LOOPBACK, server.port, server.host_key)
    targets = [fleet.target("web", host=f"web{number}") for number in range(40)]

    settings = by(fleet, bastion[1] if way == "bastion" else NETCAT)
    found = fleet.read(*targets, jump_connections=3, threads=20, **settings)

    assert all(isinstance(reading, Observation) for reading in found.values())
    assert server.most_under_way <= 3
