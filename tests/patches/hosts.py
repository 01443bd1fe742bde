"""Hosts as the fleet read tells of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pyops.fleet.facts import Clock, Disk, Dpkg, Facts, OperatingSystem, Package
from pyops.fleet.kernels import Kernel
from pyops.fleet.observation import Latest, Observation, Reason, Silence
from pyops.fleet.packages import named

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""A Tuesday at noon, two weeks after the baseline of the estates of the repository."""
READ_AT = NOW - timedelta(hours=1)
BOOKWORM = OperatingSystem("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)")
EVERYWHERE = (("dpkg", "1.21.22"), ("base-files", "12.4+deb12u12"))

OLD = ("openssl", "3.0.16-1")
"""Older than in any ring."""
AT_RING = {"test": "3", "early": "2", "broad": "1"}
"""The last digit of openssl's version in each ring of the fixture `mirror`."""

FACTS = Facts(
    system=BOOKWORM,
    architecture="amd64",
    kernel=Kernel("6.1.0-41-amd64", "6.1.158-1", ("6.1.0-41-amd64",)),
    asks_for_reboot=False,
    uptime=timedelta(days=3),
    clock=Clock(timedelta(milliseconds=20), timedelta(milliseconds=30)),
    disks=(Disk("/", 8_000_000, 2_000_000, 6_000_000, 500_000, 60_000),),
    certificates=(),
    converged_at=None,
    dpkg=Dpkg("0" * 64, is_interrupted=False, error=""),
    packages={},
)


def package(name: str, version: str, status: str = "ii", architecture: str = "amd64") -> Package:
    return Package(name, version, architecture, status)


def packages(*pairs: tuple[str, str], more: Iterable[Package] = ()) -> Mapping[str, Package]:
    listed = [package(name, version) for name, version in (*EVERYWHERE, *pairs)]
    return dict(named(one, "amd64") for one in [*listed, *more])


def answered(host: str, *pairs: tuple[str, str], more: Iterable[Package] = (), **facts: Any) -> Latest:
    """A host that has these packages, besides those that every host has; other facts as they are given."""
    read_at = facts.pop("read_at", READ_AT)
    told = replace(FACTS, **{"packages": packages(*pairs, more=more), **facts})
    return Latest(host, Observation(host, read_at, told), None)


def silent(host: str, reason: Reason = Reason.UNREACHABLE, before: Latest | None = None) -> Latest:
    """A host that does not answer any more."""
    observation = before.observation if before else None
    return Latest(host, observation, Silence(host, READ_AT, reason, "no answer within 5 s"))
