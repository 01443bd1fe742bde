"""One command on one host: by every way there, with its key checked, and each loss told."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import paramiko
import pytest

from pyops.errors import OutsideFailed
from pyops.fleet import command as commanding
from pyops.fleet.command import Ended, Unreached, command
from pyops.fleet.streams import ProxyStream
from pyops.fleet.target import Access, Bastion, Direct, Proxy, Target, Way
from tests.fleet.server import LOOPBACK, known, login
from tests.fleet.server import serving as fleet_serving
from tests.identity.serving import Host, serving


def echo(words: str, given: bytes) -> Iterator[str]:
    yield f"{words}:"
    yield from given.decode().splitlines()


class Place:
    """A host, a bastion, and how we log in to both."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.key = paramiko.ECDSAKey.generate()
        self.host: Host = stack.enter_context(serving(self.key, echo))
        self.bastion = stack.enter_context(fleet_serving(self.key, self.key))
        self.folder = folder
        access = login(folder, self.key, {"web": self.host.port, "bastion": self.bastion.port})
        self.known_hosts = access.known_hosts

    def run(self, way: Way, given: bytes = b"a\nb\n", port: int = 0) -> tuple[Ended, list[str]]:
        access = Access("operator", self.folder / "key", self.known_hosts, way)
        lines: list[str] = []
        target = Target("web", LOOPBACK, port or self.host.port)
        return command(target, access, "do this", given, lines.append, 20), lines


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(tmp_path, stack)


@pytest.mark.parametrize("way", ["direct", "proxy", "bastion"])
def test_a_host_does_what_it_is_told_and_its_lines_come_back(way: str, place: Place) -> None:
    ways: dict[str, Way] = {
        "direct": Direct(),
        "proxy": Proxy(("nc", "-N", "%h", "%p")),
        "bastion": Bastion("bastion", LOOPBACK, place.bastion.port),
    }
    place.host.status, place.host.complaints = 3, "mind the step\n"

    assert place.run(ways[way]) == (Ended(3, "mind the step"), ["do this:", "a", "b"])


def test_much_goes_in_and_comes_out(place: Place) -> None:
    given = "".join(f"{number:0100}\n" for number in range(5_000))

    assert "\n".join(place.run(Direct(), given.encode())[1][1:]) + "\n" == given


def test_a_host_with_another_key_is_told_nothing(place: Place) -> None:
    place.known_hosts.write_text(known("web", place.host.port, paramiko.ECDSAKey.generate()))
    with pytest.raises(Unreached, match=r"^web: "):
        place.run(Direct())


def test_a_host_whose_key_is_not_known_is_not_called(place: Place) -> None:
    place.known_hosts.write_text("")
    with pytest.raises(Unreached) as refused:
        place.run(Direct())

    assert str(refused.value) == f"web: no key of web or {LOOPBACK} in {place.known_hosts}"


def test_whoever_may_not_log_in_is_told_so(place: Place) -> None:
    paramiko.ECDSAKey.generate().write_private_key_file(str(place.folder / "key"))
    with pytest.raises(Unreached, match=r"^web: Authentication failed"):
        place.run(Direct())


def test_a_host_that_is_off_is_unreached(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commanding, "Keyring", lambda _access: TrustAll(place))
    with pytest.raises(Unreached) as refused:
        place.run(Direct(), port=9)

    assert str(refused.value) == "web: connection refused"


class TrustAll:
    """Our keys, whatever port they are known under."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def login(self, _target: Target) -> object:
        from pyops.fleet.keyring import Keyring

        access = Access("operator", self._place.folder / "key", self._place.known_hosts)
        return Keyring(access).login(Target("web", LOOPBACK, self._place.host.port))


def test_a_connection_that_is_lost_is_told_and_is_not_taken_for_the_end(place: Place) -> None:
    place.host.is_cut_off = True
    with pytest.raises(OutsideFailed, match=r"^web: the connection was lost under way: it hung up$"):
        place.run(Direct())


def test_a_program_as_stream_tells_paramiko_whether_it_is_closed() -> None:
    stream = ProxyStream(Proxy(("cat",)), Target("web", LOOPBACK))
    assert not stream._closed

    stream.close()
    assert stream._closed
