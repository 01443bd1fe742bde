import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyops.lab.repository_server import Handler, Server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[http.client.HTTPConnection]:
    index, archive = tmp_path / "index", tmp_path / "archive"
    (index / "dists" / "bookworm").mkdir(parents=True)
    (index / "dists" / "bookworm" / "InRelease").write_text("release")
    (index / "own" / "bookworm-security").mkdir(parents=True)
    (index / "own" / "bookworm-security" / "a_2_amd64.deb").write_text("fix")
    archive.mkdir()
    (archive / "a_1%3a2_amd64.deb").write_text("package")
    (tmp_path / "secret").write_text("secret")
    monkeypatch.setattr(Handler, "index", str(index))
    monkeypatch.setattr(Handler, "archive", str(archive))
    made = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield http.client.HTTPConnection("127.0.0.1", made.server_port, timeout=10)
    made.shutdown()
    made.server_close()


def get(server: http.client.HTTPConnection, path: str, method: str = "GET") -> tuple[int, str]:
    server.request(method, path)
    answer = server.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize("host", ["", "http://packages.ict.example", "http://anything.example:80"])
def test_the_path_alone_decides_whatever_host_is_named(server: http.client.HTTPConnection, host: str) -> None:
    assert get(server, f"{host}/debian/dists/bookworm/InRelease") == (200, "release")
    assert get(server, f"{host}/debian/pool/main/a/a_1%253a2_amd64.deb") == (200, "package")


def test_what_came_out_here_is_served_beside_the_archive(server: http.client.HTTPConnection) -> None:
    assert get(server, "/debian-security/pool/own/bookworm-security/a_2_amd64.deb") == (200, "fix")


def test_head_sends_no_content(server: http.client.HTTPConnection) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as stream:
        stream.sendall(b"HEAD /debian/dists/bookworm/InRelease HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: stream.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nContent-Length: 7\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "path",
    [
        "/debian/dists/trixie/InRelease",
        "/debian/pool/none.deb",
        "/secret",
        "/dists/../../secret",
        "/pool/..",
        "/dists/%2e%2e/%2e%2e/secret",
    ],
)
def test_nothing_else_is_served(server: http.client.HTTPConnection, path: str) -> None:
    assert get(server, path) == (404, "")


def test_the_server_says_that_it_is_well(server: http.client.HTTPConnection) -> None:
    assert get(server, "/healthy") == (200, "")
