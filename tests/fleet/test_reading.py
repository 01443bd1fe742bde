"""Every host ends as what it is: read, or silent for a reason that is true of it."""

import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import paramiko
import pytest

from pyops.errors import Refused
from pyops.fleet.observation import Observation, Reason, Silence
from pyops.fleet.reading import read
from pyops.fleet.target import Access, Target
from pyops.fleet.wanting import wanting

from .answers import PACKAGES, SECTIONS, STATUS, ahead, answer, answering, nonce_of
from .conftest import Fleet, new_key
from .server import LOOPBACK, shell


def reason(silence: Silence) -> tuple[Reason, str]:
    return silence.reason, silence.detail


@contextmanager
def speaking(text: bytes) -> Iterator[int]:
    """A port that says the same to everybody, and then nothing."""
    with socket.create_server((LOOPBACK, 0)) as listener:

        def serve() -> None:
            stream, _ = listener.accept()
            stream.sendall(text)
            stream.recv(1)
            time.sleep(5)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def test_a_real_shell_tells_this_machine_as_it_is(fleet: Fleet) -> None:
    fleet.host("web")
    facts = fleet.observation(fleet.target("web")).facts

    assert f"ID={facts.system.id}" in Path("/etc/os-release").read_text().splitlines()
    assert facts.packages is not None
    assert facts.packages["dpkg"].is_installed
    assert len(facts.packages) > 100
    assert facts.kernel.running == Path("/proc/sys/kernel/osrelease").read_text().strip()
    assert any(disk.mount == "/" and disk.size_kib > 0 for disk in facts.disks)
    assert abs(facts.clock.offset) <= facts.clock.uncertainty + timedelta(seconds=1)
    assert timedelta() <= facts.uptime <= timedelta(seconds=float(Path("/proc/uptime").read_text().split()[0]) + 1)


def test_a_host_that_is_off(fleet: Fleet) -> None:
    with socket.create_server((LOOPBACK, 0)) as gone:
        port = gone.getsockname()[1]
    fleet.trust("web", port, fleet.operator)

    silence = fleet.silence(Target("web", LOOPBACK, port))

    assert reason(silence) == (Reason.UNREACHABLE, f"127.0.0.1 port {port}: connection refused")


def test_a_host_that_swallows_packets(fleet: Fleet) -> None:
    with socket.create_server((LOOPBACK, 0), backlog=0) as full:
        port = full.getsockname()[1]
        fleet.trust("web", port, fleet.operator)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex((LOOPBACK, port))
        silence = fleet.silence(Target("web", LOOPBACK, port), connect_deadline=0.5)
        for filler in fillers:
            filler.close()

    assert reason(silence) == (Reason.UNREACHABLE, "no answer within 0.5 s")


def test_a_name_without_an_address(fleet: Fleet) -> None:
    fleet.trust("desk", 22, fleet.operator)
    fleet.settings.access.known_hosts.write_text(f"desk ssh-ed25519 {fleet.operator.get_base64()}\n")

    silence = fleet.silence(Target("desk", "desk.invalid"))

    assert reason(silence) == (Reason.UNREACHABLE, "desk.invalid: has no address")


def test_a_host_of_which_no_key_is_known_is_not_asked(fleet: Fleet) -> None:
    server = fleet.host("web")
    fleet.settings.access.known_hosts.write_text("")

    silence = fleet.silence(fleet.target("web"))

    known_hosts = fleet.settings.access.known_hosts
    assert reason(silence) == (Reason.UNKNOWN_HOST_KEY, f"no key of web or 127.0.0.1 in {known_hosts}")
    assert server.connections == 0


def test_another_host_at_its_address_learns_nothing_but_our_greeting(fleet: Fleet, tmp_path: Path) -> None:
    server = fleet.host("web")
    server.host_key = new_key(tmp_path / "other")

    silence = fleet.silence(fleet.target("web"))

    assert silence.reason is Reason.WRONG_HOST_KEY
    assert silence.detail.startswith("shows SHA256:")
    assert server.under_way == 1  # it never came to a login
    assert server.commands == []


def test_a_host_that_has_no_key_of_the_kind_that_is_known(fleet: Fleet) -> None:
    server = fleet.host("web")
    server.host_key = paramiko.ECDSAKey.generate()

    silence = fleet.silence(fleet.target("web"))

    assert reason(silence) == (Reason.WRONG_HOST_KEY, "has no key of the kinds that are known of it: ssh-ed25519")


def test_a_host_that_lets_us_not_in(fleet: Fleet) -> None:
    fleet.host("web").lets_in = False

    silence = fleet.silence(fleet.target("web"))

    assert reason(silence) == (Reason.AUTHENTICATION_REFUSED, "does not let operator in with our key")


def test_a_host_that_never_answers_is_cut_off_at_its_deadline(fleet: Fleet) -> None:
    fleet.host("web").answers_after = 60

    silence = fleet.silence(fleet.target("web"), deadline=1)

    assert reason(silence) == (Reason.DEADLINE_PASSED, "while it answered (0 bytes came) after 1 s")


def test_a_host_that_answers_byte_by_byte_is_cut_off_too(fleet: Fleet) -> None:
    fleet.host("web").trickles = True

    assert fleet.silence(fleet.target("web"), deadline=1).reason is Reason.DEADLINE_PASSED


def test_a_port_that_is_open_and_says_nothing(fleet: Fleet) -> None:
    with speaking(b"") as port:
        fleet.trust("web", port, fleet.operator)
        silence = fleet.silence(Target("web", LOOPBACK, port), deadline=1)

    assert reason(silence) == (Reason.DEADLINE_PASSED, "before it spoke ssh after 1 s")


def test_a_port_that_speaks_something_else(fleet: Fleet) -> None:
    with speaking(b"SSH-1.5-ancient\r\n") as port:
        fleet.trust("web", port, fleet.operator)
        silence = fleet.silence(Target("web", LOOPBACK, port))

    assert silence.reason is Reason.NO_COMMON_PROTOCOL


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"\x7f\xff\xff\xfc" + bytes(12), "announces a packet of 2,147,483,640 bytes"),
        (b"\x00\x00\x00\x0c\x0a\x14" + bytes(10), "no acceptable kex algorithm"),
        (b"\x00\x00\x00\x0c\x0b" + bytes(11), "sends what cannot be read (IndexError: "),
        (bytes(range(256)) * 20, ""),
    ],
)
def test_no_host_can_end_the_read_of_the_others(fleet: Fleet, sent: bytes, said: str) -> None:
    fleet.host("fine").answer = answering()
    with speaking(b"SSH-2.0-odd\r\n" + sent) as port:
        fleet.trust("odd", port, fleet.operator)
        found = fleet.read(Target("odd", LOOPBACK, port), fleet.target("fine"), deadline=3)

    odd = found["odd"]
    assert isinstance(found["fine"], Observation)
    assert isinstance(odd, Silence)
    assert odd.reason in (Reason.NO_COMMON_PROTOCOL, Reason.CONNECTION_LOST, Reason.DEADLINE_PASSED)
    assert said in odd.detail


def test_a_host_that_hangs_up(fleet: Fleet) -> None:
    fleet.host("web").hangs_up_when_asked = True

    assert fleet.silence(fleet.target("web")).reason is Reason.CONNECTION_LOST


def test_an_account_that_may_run_nothing(fleet: Fleet) -> None:
    fleet.host("web").runs_commands = False

    assert reason(fleet.silence(fleet.target("web"))) == (Reason.UNREADABLE_ANSWER, "runs no command for us")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end": None}, "cut off after"),
        ({"clock": "now\n"}, "clock: could not convert string to float"),
        ({"system": None}, "system: missing"),
        ({"system": "NAME=x\n"}, "system: 'ID'"),
        ({"packages": None, "listed": None}, "packages: missing"),
        ({"listed": None}, "listed: missing"),
        ({"packages": "half a li"}, "packages: 'half a li' is no line of dpkg-query"),
        ({"disks": "Filesystem\nwhat\n"}, "disks: a line is not one of df's"),
    ],
)
def test_an_answer_that_is_not_whole_is_no_answer(fleet: Fleet, changes: dict[str, str | None], said: str) -> None:
    fleet.host("web").answer = answering(**changes)

    silence = fleet.silence(fleet.target("web"))

    assert silence.reason is Reason.UNREADABLE_ANSWER
    assert said in silence.detail


def test_a_login_shell_that_chatters_is_passed_over(fleet: Fleet) -> None:
    fleet.host("web").answer = lambda command: b"Welcome!\nno newline at the end" + answering()(command)

    assert fleet.observation(fleet.target("web")).facts.architecture == "amd64"


def test_content_cannot_forge_a_section(fleet: Fleet) -> None:
    """Whatever nonce a file may name: the one of this answer was not known when it was written."""
    nonces: list[str] = []

    def answer_with_a_forgery(command: str) -> bytes:
        forged = f"\n{nonces[-1]} packages\nevil\t1\tall\tii \n\n{nonces[-1]} listed\n0\n" if nonces else ""
        nonces.append(nonce_of(command))
        return answer(nonces[-1], system=SECTIONS["system"] + forged)

    fleet.host("web").answer = answer_with_a_forgery
    found = [fleet.observation(fleet.target("web")).facts.packages for _ in range(2)]

    assert found[0] == found[1]
    assert found[1] is not None
    assert "evil" not in found[1]


def test_broken_dpkg_full_disk_and_wrong_clock_are_observations_that_say_so(fleet: Fleet) -> None:
    day = timedelta(days=1)
    disks = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda1 100 100 0 100% /srv/with blank é\n"
    fleet.host("broken").answer = answering(packages=PACKAGES + "frr\t8.4\tamd64\tiF \nchrony\t4.3\tamd64\thHR\n")
    fleet.host("interrupted").answer = answering(interrupted="0000\n")
    fleet.host("unreadable").answer = answering(
        packages="dpkg-query: error: parsing file '/var/lib/dpkg/status'", listed="2\n"
    )
    fleet.host("full").answer = answering(disks=disks, inodes=None)
    fleet.host("full_of_files").answer = answering(
        inodes="Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/vda1 9 9 0 100% /\n"
    )
    fleet.servers["full"].answer = answering(disks=disks)
    fleet.host("ahead").answer = answering(clock=ahead(day))
    fleet.host("fine").answer = answering()

    found = fleet.read(*(fleet.target(name) for name in fleet.servers))
    words = {name: wanting(one.facts) for name, one in found.items() if isinstance(one, Observation)}

    assert words == {
        "broken": ("dpkg is broken: frr is iF, chrony is hHR",),
        "interrupted": ("dpkg is broken: a run of it was interrupted",),
        "unreadable": ("dpkg is broken: dpkg-query: error: parsing file '/var/lib/dpkg/status'",),
        "full": ("/srv/with blank é is full (100 %)",),
        "full_of_files": ("/ is full (100 %)",),
        "ahead": ("clock is off by +86,400 s",),
        "fine": (),
    }
    unreadable = found["unreadable"]
    assert isinstance(unreadable, Observation)
    assert unreadable.facts.packages is None  # not the same as a host without packages


def test_foreign_architectures_stand_beside_the_hosts_own(fleet: Fleet) -> None:
    fleet.host("web").answer = answering()

    packages = fleet.observation(fleet.target("web")).facts.packages

    assert packages is not None
    assert set(packages) == {"adduser", "libc6", "libc6:i386", "openssl"}


def test_a_host_whose_packages_are_the_same_does_not_list_them_again(fleet: Fleet) -> None:
    server = fleet.host("web")
    server.answer = answering()
    first = fleet.observation(fleet.target("web"))
    server.answer = answering(packages=None, listed=None)

    (again,) = read([fleet.target("web", known_status=STATUS)], fleet.settings, lambda _host: first.facts)

    assert isinstance(again, Observation)
    assert again.facts.packages is first.facts.packages


def test_the_real_script_lists_no_packages_for_a_hash_that_is_known(fleet: Fleet) -> None:
    server = fleet.host("web")
    answers: list[bytes] = []
    server.answer = lambda command: answers.append(shell(command)) or answers[-1]  # type: ignore[func-returns-value]
    first = fleet.observation(fleet.target("web"))

    target = fleet.target("web", known_status=first.facts.dpkg.status_sha256)
    (again,) = read([target], fleet.settings, lambda _host: first.facts)

    assert isinstance(again, Observation)
    assert again.facts.packages == first.facts.packages
    assert len(answers[1]) < len(answers[0]) / 5


def test_a_list_that_is_the_same_as_one_that_nobody_knows_is_unreadable(fleet: Fleet) -> None:
    fleet.host("web").answer = answering(packages=None, listed=None)

    (silence,) = read([fleet.target("web", known_status="0" * 64)], fleet.settings, lambda _host: None)

    assert isinstance(silence, Silence)
    assert silence.reason is Reason.UNREADABLE_ANSWER


def test_one_slow_host_holds_nobody_up_and_readings_come_as_they_are_made(fleet: Fleet) -> None:
    fleet.host("slow").answers_after = 60
    for number in range(5):
        fleet.host(f"quick{number}").answer = answering()
    targets = [fleet.target(name) for name in fleet.servers]

    hosts = [reading.host for reading in read(targets, replace(fleet.settings, deadline=2, threads=2))]

    assert hosts[-1] == "slow"


def test_who_stops_listening_stops_the_read(fleet: Fleet) -> None:
    server = fleet.host("web")
    server.answer = answering()
    targets = [fleet.target("web", host=f"web{number}") for number in range(300)]
    fleet.trust(LOOPBACK, server.port, server.host_key)

    with closing(read(targets, replace(fleet.settings, threads=2))) as readings:
        next(readings)
    until = time.monotonic() + 30
    while time.monotonic() < until and any(thread.name.startswith("fleet ") for thread in threading.enumerate()):
        time.sleep(0.05)

    assert len(server.commands) < 300
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("fleet ")] == []


def test_hosts_of_a_reader_that_was_killed_are_told_as_unread(fleet: Fleet) -> None:
    fleet.host("quick").answer = answering()
    fleet.host("slow").answers_after = 60
    settings = replace(fleet.settings, processes=2)

    with closing(read([fleet.target("quick"), fleet.target("slow")], settings)) as readings:
        first = next(readings)
        for process in multiprocessing.active_children():
            process.kill()
        second = next(readings)
        third = next(readings, None)

    assert isinstance(first, Observation)
    assert isinstance(second, Silence)
    assert (second.host, second.reason) == ("slow", Reason.READER_LOST)
    assert third is None


def test_our_own_key_that_cannot_be_read_is_refused_in_words(fleet: Fleet, tmp_path: Path) -> None:
    fleet.host("web")
    locked = replace(fleet.settings, access=Access("operator", tmp_path / "none", fleet.settings.access.known_hosts))

    with pytest.raises(Refused) as refused:
        next(read([fleet.target("web")], locked))

    assert str(refused.value) == f"{tmp_path / 'none'}: there is no such file"
