"""A crowd of ssh servers in a process of its own: every loopback address is a host, which behaves as `KINDS` says.

Each connection is one thread from its first packet to its last, so that a host costs a few milliseconds: paramiko's
own server side takes three threads for each.
"""

import logging
import multiprocessing
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import paramiko
from paramiko import common

from .answers import PACKAGES, answer, nonce_of

FINE, LOCKED, CUT, GONE, SLOW, CHATTY = range(1, 7)
"""The second number of an address tells what its host does."""


def own_package(address: str) -> str:
    """A line of dpkg's list that only this host has."""
    return f"own\t{address}\tall\tii \n"


class _Connection(paramiko.Transport):
    def start(self) -> None:
        """No thread: `run` is called by the one that has accepted."""


class _Host(paramiko.ServerInterface):
    def __init__(self, address: str, transport: paramiko.Transport, operator: paramiko.PKey) -> None:
        self._address = address
        self._kind = int(address.split(".")[1])
        self._transport = transport
        self._operator = operator

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return common.AUTH_FAILED if self._kind == LOCKED or key != self._operator else common.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return common.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        whole = answer(nonce_of(command.decode()), packages=PACKAGES + own_package(self._address))
        if self._kind == SLOW:
            channel.sendall(whole[:100])
            return True
        if self._kind == GONE:
            self._transport.close()
            return True
        channel.sendall(whole[: len(whole) // 2] if self._kind == CUT else whole)
        channel.close()
        return True


def _serve(stream: socket.socket, host_key: paramiko.PKey, operator: paramiko.PKey) -> None:
    address = stream.getsockname()[0]
    if address.split(".")[1] == str(CHATTY):
        stream.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 200)
        stream.close()
        return
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = _Connection(stream)
    transport.add_server_key(host_key)
    with suppress(paramiko.SSHException, EOFError, OSError):
        transport.start_server(event=threading.Event(), server=_Host(address, transport, operator))
        transport.run()


def _work(key_files: tuple[Path, Path], port: "multiprocessing.Queue[int]") -> None:
    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # it complains of what is meant to fail
    host_key, operator = (paramiko.Ed25519Key.from_private_key_file(str(file)) for file in key_files)
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")  # every loopback address, and no other
        listener.bind(("", 0))
        listener.listen(4096)
        port.put(listener.getsockname()[1])
        while True:
            stream, _ = listener.accept()
            threading.Thread(target=_serve, args=(stream, host_key, operator), daemon=True).start()


@contextmanager
def crowd(host_key: Path, operator: Path) -> Iterator[int]:
    """The port at which all of them answer."""
    context = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_work, args=((host_key, operator), port), daemon=True)
    process.start()
    try:
        yield port.get(timeout=30)
    finally:
        process.kill()
        process.join()
