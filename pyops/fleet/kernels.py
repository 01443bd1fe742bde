"""Kernels of a host: the one that runs against those that are installed."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"\d+(?:[.-]\d+)*")


@dataclass(frozen=True, slots=True)
class Kernel:
    """`running` is what uname names, `installed` what lies in /boot (nothing in a container)."""

    running: str
    build: str
    """The Debian version that the running kernel was built as, from uname's -v; empty for kernels of others."""
    installed: tuple[str, ...]

    @property
    def newest(self) -> str | None:
        """The newest of the installed ones; None where there is none."""
        return max(self.installed, key=_number, default=None)

    @property
    def is_newest(self) -> bool:
        """Whether no installed kernel is newer than the running one; flavours of one version are equally new."""
        return self.newest is None or _number(self.running) >= _number(self.newest)


def _number(name: str) -> tuple[int, ...]:
    """`6.1.0-18-cloud-amd64` as (6, 1, 0, 18)."""
    found = _NUMBER.match(name)
    return tuple(int(part) for part in re.split("[.-]", found[0])) if found else ()
