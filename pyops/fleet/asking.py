"""Asks one host over an open stream: what it answers, or why it did not."""

import time
from collections.abc import Callable

import paramiko

from pyops.fleet.answer import Answer, command, new_nonce
from pyops.fleet.conversation import Conversation, Login, Stream
from pyops.fleet.observation import Reason, Silence
from pyops.fleet.silences import silence_after, silent
from pyops.fleet.streams import ProxyStream
from pyops.fleet.target import Settings, Target


def ask(
    target: Target, stream: Stream, login: Login, settings: Settings, when_admitted: Callable[[], None]
) -> Answer | Silence:
    """Hold the whole conversation with a host, within its deadline; the stream is closed afterwards."""
    nonce = new_nonce()
    until = time.monotonic() + settings.deadline
    conversation = Conversation(stream, login, command(target, settings, nonce), until, when_admitted)
    if isinstance(stream, ProxyStream):
        conversation.banner_timeout = settings.connect_deadline  # until it speaks, nobody knows whether it is there
    try:
        text = conversation.hold()
    except (paramiko.SSHException, EOFError, OSError) as error:
        return _silence(target, stream, error, conversation, settings)
    finally:
        stream.close()
    session = conversation.session
    return Answer(target, nonce, session.asked_at, session.heard_at, text, session.complaints)


def _silence(
    target: Target, stream: Stream, error: Exception, conversation: Conversation, settings: Settings
) -> Silence:
    if isinstance(stream, ProxyStream) and not conversation.remote_version:
        stream.close()
        return silent(
            target, Reason.UNREACHABLE, stream.last_words() or f"no answer within {settings.connect_deadline:g} s"
        )
    return silent(target, *silence_after(error, conversation, settings))
