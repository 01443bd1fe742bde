"""What a read of a host yields: an Observation, or a Silence with the reason that is true of it. Nothing is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pyops.fleet.facts import Facts


@dataclass(frozen=True, slots=True)
class Observation:
    """What one host answered at one moment (`read_at`, the controller's clock, in UTC)."""

    host: str
    read_at: datetime
    facts: Facts


class Reason(StrEnum):
    """Why a host is silent: which of its facts are known does not follow from any of them."""

    UNREACHABLE = "unreachable"
    """Nothing answers at its address: it is off, there is no way to it, or its name has no address."""
    UNKNOWN_HOST_KEY = "unknown host key"
    """No key is known of it, so nobody could tell it from another; it was not asked."""
    WRONG_HOST_KEY = "wrong host key"
    """What answers there has another key than the one that is known."""
    AUTHENTICATION_REFUSED = "authentication refused"
    """It does not let our account in with our key."""
    DEADLINE_PASSED = "deadline passed"
    """It answers, and had not finished when its time was up."""
    CONNECTION_LOST = "connection lost"
    """It hung up before it had answered."""
    NO_COMMON_PROTOCOL = "no common protocol"
    """It speaks no ssh, or only with algorithms that are not accepted."""
    UNREADABLE_ANSWER = "unreadable answer"
    """Its answer is cut off, or says what no Debian host says."""
    READER_LOST = "reader lost"
    """The process that was to read it ended: whether the host answers is not known."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A host that could not be read: nothing is known of it at `tried_at` (UTC). `detail` is a line for people."""

    host: str
    tried_at: datetime
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Latest:
    """What is known of a host: the last that it answered, and its silence if it did not answer when last asked.

    Whoever judges a host looks at `silence` first: with it, `observation` tells only how the host was, once.
    """

    host: str
    observation: Observation | None
    silence: Silence | None

    @property
    def facts(self) -> Facts | None:
        """The facts of a host that answered when it was last asked; None of a silent one."""
        return self.observation.facts if self.observation and not self.silence else None


Readings = Mapping[str, Latest]
