"""Questions about many hosts at once, answered from what is stored."""

import fnmatch
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from pyops.errors import WrongUsage
from pyops.fleet.facts import Facts
from pyops.fleet.observation import Latest
from pyops.fleet.wanting import dpkg_words, is_clock_off

Order = Callable[[str], str]
"""Gives the key by which versions compare."""

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, "==": operator.eq, ">=": operator.ge, ">": operator.gt,
    "!=": operator.ne,
}  # fmt: skip
_PACKAGE = re.compile(r"(?P<name>[a-z0-9*?][a-z0-9.+:*?-]*)(?:\s*(?P<how><=|>=|==|!=|<|>|=)\s*(?P<version>\S+))?")


@dataclass(frozen=True, slots=True)
class PackageQuestion:
    """An installed package by name or pattern, and how its version is to compare."""

    name: str
    how: str
    version: str
    order: Order

    @classmethod
    def parse(cls, text: str, order: Order) -> Self:
        """`openssl`, `linux-image-*`, `openssl<3.0.15`; raises WrongUsage."""
        found = _PACKAGE.fullmatch(text.strip())
        if not found:
            raise WrongUsage(f"--package: {text}, is not NAME or NAME and one of < <= = >= > != and VERSION")
        return cls(found["name"], found["how"] or "", found["version"] or "", order)

    def answers(self, facts: Facts) -> Iterator[str]:
        """The packages that are so, with their versions."""
        for name, package in (facts.packages or {}).items():
            if not package.is_installed or not fnmatch.fnmatchcase(name, self.name):
                continue
            if not self.how or _OPERATORS[self.how](self.order(package.version), self.order(self.version)):
                yield f"{name} {package.version}"


@dataclass(frozen=True, slots=True)
class Question:
    """What must all be so of a host; what is not asked for is None or False."""

    package: PackageQuestion | None = None
    kernel: str | None = None
    system: str | None = None
    is_reboot_needed: bool = False
    is_broken: bool = False
    is_full: bool = False
    is_held: bool = False
    clock_off: timedelta | None = None
    expires_within: timedelta | None = None
    unconverged_for: timedelta | None = None

    @property
    def is_asked(self) -> bool:
        """Whether anything is asked at all."""
        return self != Question()


class Match(NamedTuple):
    """A host of which all is so, and a line for each."""

    host: str
    read_at: datetime
    words: tuple[str, ...]


def ask(question: Question, latest: Latest, now: datetime) -> Match | None:
    """A host's answer; None where something is not so, or where the host is silent and nobody knows."""
    facts = latest.facts
    if facts is None or latest.observation is None:
        return None
    words = [*_conditions(question, facts, now)]
    if any(said is None for said in words):
        return None
    return Match(latest.host, latest.observation.read_at, tuple(said for said in words if said))


def _conditions(question: Question, facts: Facts, now: datetime) -> Iterator[str | None]:
    """For each thing that is asked for what the host says to it; None where it is not so."""
    if question.package:
        yield ", ".join(question.package.answers(facts)) or None
    if question.kernel is not None:
        yield _like(facts.kernel.running, question.kernel)
    if question.system is not None:
        system = facts.system
        yield _like(system.name, question.system) or _like(system.codename, question.system)
    if question.is_reboot_needed:
        yield f"runs {facts.kernel.running}" if facts.reboot_needed else None
    if question.is_broken:
        yield dpkg_words(facts) or None
    if question.is_full:
        yield ", ".join(f"{disk.mount} {disk.used_percent} %" for disk in facts.full_disks) or None
    if question.is_held:
        yield ", ".join(f"{package.name} {package.version}" for package in facts.held) or None
    yield from _times(question, facts, now)


def _times(question: Question, facts: Facts, now: datetime) -> Iterator[str | None]:
    if question.clock_off is not None:
        words = f"clock {facts.clock.offset.total_seconds():+,.1f} s"
        yield words if is_clock_off(facts, question.clock_off) else None
    if question.expires_within is not None:
        soon = [one for one in facts.certificates if one.expires and one.expires < now + question.expires_within]
        yield ", ".join(f"{one.path} {one.expires:%Y-%m-%d}" for one in soon) or None
    if question.unconverged_for is not None:
        at = facts.converged_at
        is_old = at is None or now - at > question.unconverged_for
        yield (f"converged {at:%Y-%m-%d %H:%M}" if at else "never converged") if is_old else None


def _like(text: str, pattern: str) -> str | None:
    return text if fnmatch.fnmatchcase(text, pattern) else None
