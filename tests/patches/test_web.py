"""A mirror is read over the web by one connection, directly or through a program, and nothing waits for ever."""

import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from pyops.errors import OutsideFailed, Refused
from pyops.fleet.target import Direct, Proxy
from pyops.patches import web
from pyops.patches.indexes import Indexes
from pyops.patches.mirror import Cache, Mirror, NotThere
from pyops.patches.release import Key
from tests.patches.hosts import NOW
from tests.patches.publishing import Site
from tests.patches.serving import serving

NETCAT = Proxy(("nc", "-N", "%h", "%p"))
WAYS = pytest.mark.parametrize("way", [Direct(), NETCAT], ids=["directly", "through a program"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "served"
    made.mkdir()
    for number in range(5):
        (made / f"{number}").write_bytes(b"x" * 1000 * number)
    (made / "name_1%3a2+b~c.deb").write_bytes(b"deb")
    return made


@WAYS
@pytest.mark.parametrize("protocol", ["HTTP/1.0", "HTTP/1.1"])
def test_a_published_suite_is_read_as_from_its_folder(
    site: Site, tmp_path: Path, way: Direct | Proxy, protocol: str
) -> None:
    site.publish("broad", [site.build("rsync", "3.2.7-1")])
    with serving(site.folder, protocol=protocol) as served, closing(Mirror(served.place, way)) as mirror:
        indexes = Indexes(mirror, Key(site.signer.public), Cache(tmp_path / "cache"), NOW)

        assert indexes.read("broad", ["amd64"]).release.sha256 == site.indexes().read("broad", ["amd64"]).release.sha256
        with pytest.raises(NotThere, match=f"{served.place}/dists/early/InRelease: the mirror answers 404"):
            indexes.read("early", ["amd64"])
        with pytest.raises(Refused, match="longer than the 10 bytes"):
            mirror.read("dists/broad/InRelease", 10)
        assert mirror.read("dists/broad/Release", 10_000)


@WAYS
def test_many_files_cost_one_connection(folder: Path, way: Direct | Proxy) -> None:
    with serving(folder) as served, closing(Mirror(served.place, way)) as mirror:
        for number in range(5):
            assert mirror.read(f"{number}", 5000) == b"x" * 1000 * number
        with pytest.raises(NotThere):
            mirror.read("nothing", 10)
        assert mirror.read("name_1%3a2+b~c.deb", 10) == b"deb"

        assert len(served.connections) == 1


@WAYS
def test_a_connection_that_the_server_has_ended_meanwhile_is_made_anew(folder: Path, way: Direct | Proxy) -> None:
    with serving(folder, hangs_up_after=2) as served, closing(Mirror(served.place, way)) as mirror:
        assert [len(mirror.read(f"{number}", 5000)) for number in range(5)] == [0, 1000, 2000, 3000, 4000]
        assert len(served.connections) == 3


def test_a_folder_of_the_server_can_be_the_mirror(folder: Path) -> None:
    with serving(folder.parent) as served, closing(Mirror(f"{served.place}/served/")) as mirror:
        assert len(mirror.read("1", 5000)) == 1000


@contextmanager
def answering(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection what it is told, once it was asked for something."""

    def serve(stream: socket.socket) -> None:
        with stream, suppress(OSError):
            stream.recv(4096)
            behave(stream)

    def run() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=run, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def silent(_stream: socket.socket) -> None:
    time.sleep(3)


def silent_in_the_middle(stream: socket.socket) -> None:
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    time.sleep(3)


def trickling_headers(stream: socket.socket) -> None:
    stream.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        stream.sendall(b"X-More: y\r\n")
        time.sleep(0.05)


def trickling(stream: socket.socket) -> None:
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        stream.sendall(b"x")
        time.sleep(0.05)


def hung_up_in_the_middle(stream: socket.socket) -> None:
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")


def hung_up(_stream: socket.socket) -> None:
    return


def no_http(stream: socket.socket) -> None:
    stream.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


@WAYS
@pytest.mark.parametrize(
    ("behave", "says"),
    [
        (silent, "silent for 0.5 s"),
        (silent_in_the_middle, "silent for 0.5 s"),
        (trickling, "not there after 1 s"),
        (trickling_headers, "not there after 1 s|got more than 100 headers"),
        (hung_up_in_the_middle, "IncompleteRead|silent"),  # netcat does not tell that the other end is gone
        (hung_up, "closed connection without response|silent"),
        (no_http, "SSH-2.0"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_server_that_does_not_answer_to_the_end_fails_in_words_and_in_time(
    monkeypatch: pytest.MonkeyPatch, way: Direct | Proxy, behave: Callable[[socket.socket], None], says: str
) -> None:
    monkeypatch.setattr(web, "SILENCE_S", 0.5)
    monkeypatch.setattr(web, "LONGEST_S", 1)
    with answering(behave) as place, closing(Mirror(place, way)) as mirror, pytest.raises(OutsideFailed) as failed:
        mirror.read("file", 5000)

    assert re.match(f"{place}/file: cannot be fetched: .*({says})", str(failed.value))


def test_after_a_failure_the_next_file_is_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def once_silent(stream: socket.socket) -> None:
        seen.append(1)
        if len(seen) == 1:
            time.sleep(1)
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    monkeypatch.setattr(web, "SILENCE_S", 0.3)
    with answering(once_silent) as place, closing(Mirror(place)) as mirror:
        with pytest.raises(OutsideFailed, match="silent"):
            mirror.read("file", 10)
        assert mirror.read("file", 10) == b"ok"


@pytest.mark.parametrize("place", ["http://127.0.0.1:9", "ftp://mirror.ict.example/debian", "http://127.0.0.1:many"])
def test_a_mirror_that_cannot_be_asked_is_named(place: str) -> None:
    with pytest.raises((OutsideFailed, Refused), match=place):
        Mirror(place).read("dists/broad/InRelease", 10)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no-such-program", "%h"), "no-such-program: no such file or directory"),
        (("sh", "-c", "echo the lab has no such host >&2; exit 1"), "the lab has no such host"),
    ],
)
def test_a_program_that_makes_no_stream_is_heard(words: tuple[str, ...], says: str) -> None:
    with pytest.raises(OutsideFailed, match=f"http://192.0.2.1/file: cannot be fetched: {says}"):
        Mirror("http://192.0.2.1", Proxy(words)).read("file", 10)


def test_the_program_ends_with_the_mirror(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = f"import os; open({str(mark)!r}, 'w').write(str(os.getpid())); os.execvp('nc', ['nc', '%h', '%p'])"
    with serving(folder) as served:
        mirror = Mirror(served.place, Proxy((sys.executable, "-c", program)))
        mirror.read("1", 5000)
        assert Path("/proc", mark.read_text()).exists()
        mirror.close()

        assert not Path("/proc", mark.read_text()).exists()
