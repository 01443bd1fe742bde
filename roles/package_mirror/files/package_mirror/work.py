"""One run at a time, and its folder for what is unfinished."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from package_mirror.errors import Refused
from package_mirror.settings import Settings

GNUPG = "gnupg"
"""The folder of a signing key in use, within the folder of work."""


@contextmanager
def alone(settings: Settings, verb: str, patience_seconds: float) -> Iterator[None]:
    """Wait for a run that goes on, then hold the lock, with an empty folder of work.

    The kernel gives the lock back whichever way a run ends. Raises Refused when the other does not end in time.
    """
    with (settings.root / "lock").open("a+", encoding="utf-8") as file:
        deadline = time.monotonic() + patience_seconds
        while not _locked(file.fileno()):
            if time.monotonic() >= deadline:
                file.seek(0)
                other = file.read().strip() or "another run"
                raise Refused(f"{file.name}: {other} is at work, one run at a time: try again when it is done")
            time.sleep(0.2)
        file.truncate(0)
        file.write(f"{verb} (process {os.getpid()}, since {time.strftime('%H:%M:%S')})")
        file.flush()
        empty(settings.work)
        try:
            yield
        finally:
            empty(settings.work)


def empty(folder: Path) -> None:
    """Remove what a run has left, even one that was killed, with the agent that gpg may have left in it."""
    end_agent(folder / GNUPG)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o755)


def end_agent(home: Path) -> None:
    """End the agent that gpg starts for a key ring, which would outlive it."""
    if home.exists():
        with suppress(FileNotFoundError):
            command = ["gpgconf", f"--homedir={home}", "--kill", "gpg-agent"]
            subprocess.run(command, check=False, capture_output=True)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
