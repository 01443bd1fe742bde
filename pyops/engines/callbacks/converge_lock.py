"""One converge of an estate at a time: a second one is refused in words. Dry runs change nothing and need no lock."""

import fcntl
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: converge_lock
type: aggregate
short_description: Locks an estate for the length of a playbook run
description:
  - Holds a lock for as long as C(ansible-playbook) lives, in the estate's lab where it has one in this checkout,
    else in C(/run/lock).
"""


class CallbackModule(CallbackBase):  # type: ignore[misc]  # ansible-core ships no types
    """Takes the lock when the first play begins; the kernel gives it back whichever way the run ends."""

    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME, CALLBACK_NEEDS_ENABLED = 2.0, "aggregate", "converge_lock", True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._held: int | None = None

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Refuse to begin while another run of the same estate goes on."""
        inventory = play.get_variable_manager()._inventory  # noqa: SLF001 - callbacks are given no other way to it
        every = inventory.groups["all"].get_vars()
        if self._held is None and "estate_name" in every and not play.check_mode:
            self._held = self._take(_lock_file(every["estate_name"]), every["estate_name"])

    def _take(self, file: Path, estate: str) -> int:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + LAST_SECONDS
        while not _locked(descriptor):
            owner = file.read_text(encoding="utf-8").strip() or "another process"
            if _alive(owner) or time.monotonic() > deadline:
                self._display.error(f"{estate}: {owner} converges this estate: wait until it is done")
                sys.exit(1)
            time.sleep(0.5)
        since = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, since {since},\n".encode(), 0)
        return descriptor


LAST_SECONDS = 30
"""How long the workers of a run that was killed may take to notice: they hold the lock with it."""


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(owner: str) -> bool:
    """Whether the process that the lock file names is still there."""
    number = owner.removeprefix("process ").partition(",")[0]
    return Path("/proc", number).exists()


def _lock_file(estate: str) -> Path:
    lab = Path(__file__).parents[3] / ".lab" / estate
    return (lab if lab.is_dir() else Path("/run/lock")) / f"converge-{estate}.lock"
