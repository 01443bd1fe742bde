"""A small ssh server on loopback, as bad as a test needs it: paramiko's own server side, threads for each connection."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko import common

from pyops.fleet.target import Access

LOOPBACK = "127.0.0.1"

Answer = Callable[[str], bytes]
"""What is written for a command."""


def shell(command: str) -> bytes:
    """As a real host answers: by its own shell."""
    return subprocess.run(["sh", "-c", command], capture_output=True, check=False).stdout


@dataclass
class Server:
    """How it behaves, which tests change, and what it saw, which they look at."""

    host_key: paramiko.PKey
    operator: paramiko.PKey
    answer: Answer = shell
    lets_in: bool = True
    runs_commands: bool = True
    hangs_up_when_asked: bool = False
    answers_after: float = 0.0
    trickles: bool = False
    """Whether the answer comes byte by byte, and never to its end."""

    port: int = 0
    commands: list[str] = field(default_factory=list)
    forwarded: list[int] = field(default_factory=list)
    """Ports to which it was asked to forward."""
    under_way: int = 0
    """Connections that have not logged in yet."""
    most_under_way: int = 0
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, count: int) -> None:
        """A connection more, or less, that has not logged in."""
        with self.lock:
            self.under_way += count
            self.connections += max(count, 0)
            self.most_under_way = max(self.most_under_way, self.under_way)


class _Role(paramiko.ServerInterface):
    def __init__(self, server: Server, transport: paramiko.Transport) -> None:
        self._server = server
        self.transport = transport
        self._streams: dict[int, socket.socket] = {}

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        server = self._server
        if not server.lets_in or username != "operator" or key != server.operator:
            return common.AUTH_FAILED
        server.begin(-1)
        return common.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        self._server.forwarded.append(destination[1])
        try:
            self._streams[chanid] = socket.create_connection(destination, 1)
        except OSError:
            return common.OPEN_FAILED_CONNECT_FAILED
        return common.OPEN_SUCCEEDED

    def forward(self) -> None:
        """Join every channel that is to go elsewhere with its stream."""
        while self.transport.is_active():
            channel = self.transport.accept(1)
            stream = self._streams.pop(channel.get_id(), None) if channel else None
            if channel and stream:
                threading.Thread(target=_pump, args=(channel, stream), daemon=True).start()
                threading.Thread(target=_pump, args=(stream, channel), daemon=True).start()

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._server.commands.append(command.decode())
        if self._server.runs_commands:
            threading.Thread(target=self._run, args=(channel, command.decode()), daemon=True).start()
        return self._server.runs_commands

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        server = self._server
        if server.hangs_up_when_asked:
            self.transport.close()
            return
        time.sleep(server.answers_after)
        with suppress(OSError):
            while server.trickles:
                channel.sendall(b".")
                time.sleep(0.02)
            channel.sendall(server.answer(command))
            channel.send_exit_status(0)
            channel.close()


def _pump(source: "socket.socket | paramiko.Channel", sink: "socket.socket | paramiko.Channel") -> None:
    with suppress(OSError, EOFError):
        while data := source.recv(32768):
            sink.sendall(data)
    sink.close()


@contextmanager
def serving(host_key: paramiko.PKey, operator: paramiko.PKey) -> Iterator[Server]:
    """A server on a port of its own of the loopback address."""
    server = Server(host_key, operator)
    with listening(lambda stream: _serve(stream, server)) as server.port:
        yield server


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of its own of the loopback address, where each connection is served in a thread of its own."""
    with socket.create_server((LOOPBACK, 0), backlog=1024) as listener:
        threading.Thread(target=_accept, args=(listener, serve), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    with suppress(OSError):
        while True:
            stream, _ = listener.accept()
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(stream,), daemon=True).start()


def _serve(stream: socket.socket, server: Server) -> None:
    server.begin(1)
    transport = paramiko.Transport(stream)
    transport.add_server_key(server.host_key)
    role = _Role(server, transport)
    with suppress(paramiko.SSHException, EOFError, OSError):
        transport.start_server(server=role)
        role.forward()


def known(name: str, port: int, key: paramiko.PKey) -> str:
    """A line of known_hosts."""
    return f"[{name}]:{port} {key.get_name()} {key.get_base64()}\n"


def login(folder: Path, key: paramiko.PKey, ports: Mapping[str, int]) -> Access:
    """How we log in to servers by name, whose key is the operator's own; what that takes is written into a folder."""
    key.write_private_key_file(str(folder / "key"))
    known_hosts = folder / "known_hosts"
    known_hosts.write_text("".join(known(name, port, key) for name, port in ports.items()))
    return Access("operator", folder / "key", known_hosts)
