"""Streams to hosts that are not called directly: through a program, or through another host."""

import os
import re
import signal
import socket
import subprocess
import threading
from contextlib import suppress

import paramiko

from pyops.errors import in_words
from pyops.fleet.conversation import Stream, WrongHostKey, check_host_key
from pyops.fleet.keyring import Keyring
from pyops.fleet.target import Bastion, Proxy, Target

_MOST_WORDS = 300


class NoWayError(Exception):
    """There is no stream to the host; the text says why."""


class ProxyStream:
    """A program that is the stream, its standard input and output one socket of ours."""

    def __init__(self, proxy: Proxy, target: Target) -> None:
        self._socket, its = socket.socketpair()
        self._complaints = os.fdopen(os.memfd_create("complaints"), "w+b")
        try:
            self._process = subprocess.Popen(
                proxy_words(proxy, target),
                stdin=its.fileno(),
                stdout=its.fileno(),
                stderr=self._complaints,
                start_new_session=True,  # an interrupt of the terminal is ours to pass on
            )
        except OSError as error:
            self._socket.close()
            self._complaints.close()
            raise NoWayError(f"{proxy.words[0]}: {in_words(error)}") from None
        finally:
            its.close()
        self.send, self.recv, self.settimeout = self._socket.send, self._socket.recv, self._socket.settimeout

    def close(self) -> None:
        """End the stream, and the program with it."""
        self._socket.close()
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def _closed(self) -> bool:
        """Paramiko asks so of whatever its thread reads from, as of a socket."""
        return self._socket.fileno() < 0

    def last_words(self) -> str:
        """What the program said on standard error; the stream is closed."""
        self._complaints.seek(0)
        return " ".join(self._complaints.read(_MOST_WORDS).decode("utf-8", "backslashreplace").split())


def proxy_words(proxy: Proxy, target: Target) -> list[str]:
    """The program and its arguments for one host, as ssh_config(5) fills %h, %p and %%."""
    values = {"%h": target.address, "%p": str(target.port), "%%": "%"}
    return [re.sub("%[hp%]", lambda found: values[found[0]], word) for word in proxy.words]


class BastionLine:
    """The one connection to a bastion, made when the first host is asked for; hosts are channels of it.

    A bastion that lets nobody through is asked once: the others get the same word.
    """

    def __init__(self, bastion: Bastion, keyring: Keyring, connect_deadline: float) -> None:
        self._bastion = bastion
        self._keyring = keyring
        self._deadline = connect_deadline
        self._lock = threading.Lock()
        self._transport: paramiko.Transport | None = None
        self._refusal: str | None = None

    def stream(self, target: Target) -> Stream:
        """A stream to a host; raises NoWayError."""
        with self._lock:
            transport = self._opened()
        destination, source = (target.address, target.port), ("127.0.0.1", 0)
        try:
            return transport.open_channel("direct-tcpip", destination, source, timeout=self._deadline)
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise NoWayError(f"{self._bastion.host} does not reach it: {_words(error)}") from None

    def close(self) -> None:
        """End the connection."""
        if self._transport:
            self._transport.close()

    def _opened(self) -> paramiko.Transport:
        if self._transport and self._transport.is_active():
            return self._transport
        if self._refusal is None:
            try:
                self._transport = self._connected()
                return self._transport
            except (paramiko.SSHException, EOFError, OSError) as error:
                self._refusal = _words(error)
        raise NoWayError(f"{self._bastion.host}: {self._refusal}")

    def _connected(self) -> paramiko.Transport:
        login = self._keyring.login(Target(self._bastion.host, self._bastion.address, self._bastion.port))
        if not login.trusted:
            raise WrongHostKey("no key of it is known")
        stream = socket.create_connection((self._bastion.address, self._bastion.port), self._deadline)
        transport = paramiko.Transport(stream)
        try:
            transport.get_security_options().key_types = login.algorithms
            transport.start_client(timeout=self._deadline)
            check_host_key(transport, login.trusted)
            transport.auth_publickey(login.user, login.key)
        except BaseException:
            transport.close()
            raise
        return transport


def _words(error: Exception) -> str:
    if isinstance(error, paramiko.ChannelException):
        return error.text.lower()
    return str(error) or "it hung up"
