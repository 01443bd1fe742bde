"""An ssh server on loopback that runs one program: standard input to its end, then lines out."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import paramiko
from paramiko import common

from tests.fleet.server import listening

Answer = Callable[[str, bytes], Iterator[str]]


@dataclass
class Host:
    """How it answers; tests change that."""

    key: paramiko.PKey
    answer: Answer
    port: int = 0
    status: int = 0
    complaints: str = ""
    is_cut_off: bool = False
    """Whether the connection ends after the first line."""


class _Role(paramiko.ServerInterface):
    def __init__(self, host: Host, transport: paramiko.Transport) -> None:
        self._host = host
        self._transport = transport

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return common.AUTH_SUCCESSFUL if username == "operator" and key == self._host.key else common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        threading.Thread(target=self._run, args=(channel, command.decode()), daemon=True).start()
        return True

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        given = b"".join(iter(lambda: channel.recv(32768), b""))
        with suppress(OSError, EOFError):  # whoever asked may have hung up
            for line in self._host.answer(command, given):
                channel.sendall(f"{line}\n".encode())
                if self._host.is_cut_off:
                    self._transport.close()
                    return
            if self._host.complaints:
                channel.sendall_stderr(self._host.complaints.encode())
            channel.send_exit_status(self._host.status)
            channel.close()


@contextmanager
def serving(key: paramiko.PKey, answer: Answer) -> Iterator[Host]:
    """A host on a port of its own, whose key and whose operator's key are the same."""
    host = Host(key, answer)
    with listening(lambda stream: _serve(stream, host)) as host.port:
        yield host


def _serve(stream: socket.socket, host: Host) -> None:
    transport = paramiko.Transport(stream)
    transport.add_server_key(host.key)
    with suppress(paramiko.SSHException, EOFError, OSError):
        transport.start_server(server=_Role(host, transport))
