"""Which reason is true of a host that could not be read, from what went wrong."""

from datetime import UTC, datetime

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from pyops.fleet.conversation import Conversation, Garbled, HungUp, WrongHostKey
from pyops.fleet.observation import Reason, Silence
from pyops.fleet.session import CommandRefused
from pyops.fleet.target import Settings, Target

_NO_SSH = ("Indecipherable protocol version", "Invalid SSH banner")


def silent(target: Target, reason: Reason, detail: str) -> Silence:
    """A silence that begins now."""
    return Silence(target.host, datetime.now(UTC), reason, detail)


def silence_after(error: Exception, conversation: Conversation, settings: Settings) -> tuple[Reason, str]:
    """The reason for a conversation that ended too early, and a line for people."""
    words = str(error)
    if isinstance(error, WrongHostKey):
        return Reason.WRONG_HOST_KEY, words
    if isinstance(error, IncompatiblePeer):
        if "host key" in words:
            known = ", ".join(key.kind for key in conversation.login.trusted)
            return Reason.WRONG_HOST_KEY, f"has no key of the kinds that are known of it: {known}"
        return Reason.NO_COMMON_PROTOCOL, words
    if isinstance(error, paramiko.AuthenticationException):
        return Reason.AUTHENTICATION_REFUSED, _refusal(error)
    if isinstance(error, CommandRefused):
        return Reason.UNREADABLE_ANSWER, words
    if isinstance(error, Garbled) or words.startswith(_NO_SSH):
        return Reason.NO_COMMON_PROTOCOL, words
    if conversation.is_late:
        return Reason.DEADLINE_PASSED, f"{conversation.stage} after {settings.deadline:g} s"
    if isinstance(error, HungUp):
        return Reason.CONNECTION_LOST, f"hung up {conversation.stage}: {words}"
    return Reason.CONNECTION_LOST, f"hung up {conversation.stage}{_said(words)}"


def _refusal(error: paramiko.AuthenticationException) -> str:
    if isinstance(error, paramiko.BadAuthenticationType):
        return f"takes no keys, only {', '.join(error.allowed_types)}"
    return str(error)


def _said(words: str) -> str:
    text = words.removeprefix("Error reading SSH protocol banner")
    return f": {text}" if text else ""
