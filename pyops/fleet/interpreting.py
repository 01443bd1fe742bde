"""An answer's text as facts. What a host did not say is an error here, never a value."""

import re
import shlex
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pyops.fleet.answer import Answer, Sections, UnreadableError
from pyops.fleet.certificates import certificate
from pyops.fleet.facts import Clock, Disk, Dpkg, Facts, OperatingSystem, Package
from pyops.fleet.kernels import Kernel
from pyops.fleet.packages import Packages

_TICKS = 100  # USER_HZ of Linux, the same on every architecture of Debian
_START_TIME = 19  # of proc_pid_stat(5), counted from the field behind the command's name
_ROW = re.compile(r".*?\s(\d+|-)\s+(\d+|-)\s+(\d+|-)\s+(?:\d+%|-)\s(.*)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def facts_of(answer: Answer, packages: Packages, previous: Facts | None = None) -> Facts:
    """Facts of an answer; `previous` gives the packages of a host that says that they are the same as before.

    Raises UnreadableError.
    """
    sections = Sections(answer)
    dpkg, listed = _dpkg(sections, packages, previous)
    return Facts(
        system=_told("system", lambda: _system(sections.text("system"))),
        architecture=sections.text("architecture").strip(),
        kernel=_told("kernel", lambda: _kernel(sections)),
        asks_for_reboot=sections.text("reboot").strip() == "yes",
        uptime=_told("uptime", lambda: _uptime(sections.lines("uptime"))),
        clock=_told("clock", lambda: _clock(answer, sections.text("clock"))),
        disks=_told("disks", lambda: _disks(sections)),
        certificates=tuple(found for text in sections.all("certificate") for found in certificate(text)),
        converged_at=_told("converged", lambda: _moment(sections.text("converged"))),
        dpkg=dpkg,
        packages=listed,
    )


def _told[Fact](section: str, read: Callable[[], Fact]) -> Fact:
    try:
        return read()
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise UnreadableError(f"{section}: {error}") from None


def _dpkg(sections: Sections, packages: Packages, previous: Facts | None) -> tuple[Dpkg, Mapping[str, Package] | None]:
    status = sections.text("status").strip()
    interrupted = bool(sections.text("interrupted").strip())
    content = sections.raw("packages")
    if content is None:
        if previous is None or previous.dpkg.status_sha256 != status:
            raise UnreadableError("packages: missing")
        return Dpkg(status, interrupted, previous.dpkg.error), previous.packages
    error = _error(content, sections.text("listed").strip(), status)
    listed = None if error else packages.read(content, sections.text("architecture").strip())
    return Dpkg(status if _SHA256.fullmatch(status) else "", interrupted, error), listed


def _error(content: bytes, code: str, status: str) -> str:
    """What dpkg-query said when it failed; it says so in its last line."""
    if code == "0":
        return "" if _SHA256.fullmatch(status) else "/var/lib/dpkg/status: cannot be read"
    said = content.decode("utf-8", "backslashreplace").strip().splitlines()
    return said[-1] if said else f"dpkg-query: ended with {code}"


@lru_cache(maxsize=256)
def _system(text: str) -> OperatingSystem:
    """See os-release(5): shell assignments, the same on most hosts of a fleet."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    found = {name: "".join(shlex.split(value)) for name, _, value in pairs}
    name = found.get("PRETTY_NAME", found["ID"])
    return OperatingSystem(found["ID"], found.get("VERSION_ID", ""), found.get("VERSION_CODENAME", ""), name)


def _kernel(sections: Sections) -> Kernel:
    running, build = sections.lines("kernel")[:2]
    debian = re.search(r"\bDebian (\S+)", build)
    prefix = "vmlinuz-"
    images = tuple(name.removeprefix(prefix) for name in sections.lines("boot") if name.startswith(prefix))
    return Kernel(running, debian[1] if debian else "", images)


def _uptime(lines: list[str]) -> timedelta:
    machine = float(lines[0].split()[0])
    fields = lines[1].rpartition(")")[2].split() if len(lines) > 1 else []  # hidden from others on hardened hosts
    started = int(fields[_START_TIME]) / _TICKS if fields else 0.0
    return timedelta(seconds=round(machine - started))


def _clock(answer: Answer, text: str) -> Clock:
    """The host's own time lies between our asking and our hearing: half of that is how sure we are."""
    half = (answer.heard_at - answer.asked_at) / 2
    return Clock(datetime.fromtimestamp(float(text), UTC) - (answer.asked_at + half), half)


def _moment(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if text.strip() else None


def _disks(sections: Sections) -> tuple[Disk, ...]:
    inodes = dict(_table(sections.lines("inodes")))
    disks = []
    for mount, (size, used, available) in _table(sections.lines("disks")):
        total, taken, _ = inodes.get(mount, (0, 0, 0))
        disks.append(Disk(mount, size, used, available, total, taken))
    return tuple(disks)


def _table(lines: list[str]) -> list[tuple[str, tuple[int, int, int]]]:
    """Rows of `df -P`: blanks may stand in the first column and in the last, numbers between them never."""
    found = [_ROW.fullmatch(line) for line in lines[1:] if line]
    if None in found:
        raise ValueError("a line is not one of df's")
    return [(match[4], _numbers(match)) for match in found if match]


def _numbers(match: re.Match[str]) -> tuple[int, int, int]:
    size, used, available = (0 if match[column] == "-" else int(match[column]) for column in (1, 2, 3))
    return size, used, available
