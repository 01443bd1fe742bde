"""A host's raw answer: the script that asks for it, and its sections."""

import secrets
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyops.fleet.target import Settings, Target

_SCRIPT = Path(__file__).with_name("read.sh").read_text(encoding="utf-8")
_LAST_WORDS = 200


class UnreadableError(Exception):
    """An answer that is cut off or says what no Debian host says; the text says which part."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one host sent: begun to be asked at `asked_at`, its first words here at `heard_at` (both UTC)."""

    target: Target
    nonce: str
    asked_at: datetime
    heard_at: datetime
    text: bytes
    complaints: str = ""
    """The first of what the script wrote to standard error."""


def new_nonce() -> str:
    """The mark of one answer's sections, which nothing on a host can know before it is asked."""
    return secrets.token_hex(16)


def command(target: Target, settings: Settings, nonce: str) -> str:
    """What the host's shell is told to run."""
    words = ["sh", "-c", _SCRIPT, "pyops-fleet", nonce, target.known_status, settings.converge_mark]
    return "exec " + shlex.join([*words, *settings.certificates])


class Sections:
    """The sections of an answer by name; what comes before the first one (a login shell's chatter) is left out."""

    def __init__(self, answer: Answer) -> None:
        _, *parts = (b"\n" + answer.text).split(f"\n{answer.nonce} ".encode())
        self._found: dict[str, list[bytes]] = {}
        for part in parts:
            name, _, content = part.partition(b"\n")
            self._found.setdefault(name.decode("ascii", "replace"), []).append(content)
        if "end" not in self._found:
            words = " ".join((answer.complaints or readable(answer.text[-_LAST_WORDS:])).split())
            raise UnreadableError(f"cut off after {len(answer.text):,} bytes: {words[-_LAST_WORDS:] or 'nothing'}")

    def raw(self, name: str) -> bytes | None:
        """A section as it came; None where the host sent none of that name."""
        found = self._found.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """A section that every answer has, as text; bytes that are not UTF-8 are shown as such."""
        content = self.raw(name)
        if content is None:
            raise UnreadableError(f"{name}: missing")
        return readable(content)

    def lines(self, name: str) -> list[str]:
        """The lines of such a section."""
        return self.text(name).splitlines()

    def all(self, name: str) -> list[str]:
        """Sections that may be there several times, or not at all."""
        return [readable(content) for content in self._found.get(name, [])]


def readable(content: bytes) -> str:
    """Text of a host: UTF-8, other bytes as `\\xNN`."""
    return content.decode("utf-8", "backslashreplace")
