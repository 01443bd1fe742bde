"""One command on one host over ssh, with something on its standard input and its lines as they come.

The fleet's read asks thousands of hosts one question; this has a single host do something, and tells how it went.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import paramiko

from pyops.errors import OutsideFailed
from pyops.fleet.conversation import Stream, check_host_key
from pyops.fleet.keyring import Keyring
from pyops.fleet.streams import BastionLine, NoWayError, ProxyStream
from pyops.fleet.target import Access, Bastion, Proxy, Target

CONNECT_DEADLINE = 5.0
"""Seconds until a host must have let us in, each step of it."""
_PIECE = 32 * 1024
_MOST_COMPLAINTS = 2000


class Unreached(OutsideFailed):
    """The host has not begun the command: another one may be asked."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit status, and the first of what it wrote to standard error."""

    status: int
    complaints: str


def command(
    target: Target, access: Access, words: str, given: bytes, when_line: Callable[[str], None], seconds: float
) -> Ended:
    """Have a host's shell run `words` with `given` on standard input, and tell every line of its output at once.

    `seconds` is how long it may say nothing. Raises Unreached where the host cannot be asked, OutsideFailed where the
    connection is lost under way.
    """
    with _admitted(target, access) as transport:
        try:
            channel = transport.open_session(timeout=CONNECT_DEADLINE)
            channel.settimeout(seconds)
            channel.exec_command(words)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise Unreached(f"{target.host}: runs no command for us: {_why(error)}") from None
        try:
            channel.sendall(given)
            channel.shutdown_write()
            for line in _lines(channel):
                when_line(line)
            complaints = channel.makefile_stderr("rb").read(_MOST_COMPLAINTS)
            return Ended(_status(channel, seconds), complaints.decode("utf-8", "backslashreplace").strip())
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise OutsideFailed(f"{target.host}: the connection was lost under way: {_why(error)}") from None


def _status(channel: paramiko.Channel, seconds: float) -> int:
    """The exit status; paramiko says -1 where the connection was gone before there was one."""
    if not channel.status_event.wait(seconds) or channel.exit_status < 0:
        raise EOFError
    return channel.exit_status


def _lines(channel: paramiko.Channel) -> Iterator[str]:
    rest = b""
    while piece := channel.recv(_PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode("utf-8", "backslashreplace") for line in whole)
    if rest:
        yield rest.decode("utf-8", "backslashreplace")


@contextmanager
def _admitted(target: Target, access: Access) -> Iterator[paramiko.Transport]:
    """A connection to the host, whose key is checked, with our login done."""
    login = Keyring(access).login(target)
    if not login.trusted:
        raise Unreached(f"{target.host}: no key of {' or '.join(target.names)} in {access.known_hosts}")
    with _stream(target, access) as stream:
        transport = paramiko.Transport(cast(socket.socket, stream))
        try:
            transport.banner_timeout = transport.auth_timeout = CONNECT_DEADLINE
            transport.get_security_options().key_types = login.algorithms
            transport.start_client(timeout=CONNECT_DEADLINE)
            check_host_key(transport, login.trusted)
            transport.auth_publickey(login.user, login.key)
        except (paramiko.SSHException, EOFError, OSError) as error:
            transport.close()
            raise Unreached(f"{target.host}: {_why(error)}") from None
        try:
            yield transport
        finally:
            transport.close()


@contextmanager
def _stream(target: Target, access: Access) -> Iterator[Stream]:
    line = BastionLine(access.way, Keyring(access), CONNECT_DEADLINE) if isinstance(access.way, Bastion) else None
    try:
        if line:
            stream = line.stream(target)
        elif isinstance(access.way, Proxy):
            stream = ProxyStream(access.way, target)
        else:
            stream = socket.create_connection((target.address, target.port), CONNECT_DEADLINE)
    except (NoWayError, OSError) as error:
        raise Unreached(f"{target.host}: {_why(error)}") from None
    try:
        yield stream
    finally:
        stream.close()
        if line:
            line.close()


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or "it hung up"
