"""Attaches the stand-in to a child process: starts it, and says by which environment the engine finds it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyops.errors import OutsideFailed

_LAST_SECONDS = 60


@contextmanager
def attached(store: Path | None, stack: str | None, lab: Path | None = None) -> Iterator[dict[str, str]]:
    """Runs the stand-in for the length of a `with` block; yields the environment that points the engine to it.

    `stack` is the one stack that may write and `store` the file that keeps what it writes (both None: previews only);
    `lab` is the state folder in which things are made real. Raises OutsideFailed when the stand-in does not start.
    """
    command = [sys.executable, "-m", "pyops.emulator"]
    command += ["--store", str(store)] if store else []
    command += ["--stack", stack] if stack else []
    command += ["--lab", str(lab)] if lab else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        port = process.stdout.readline().strip()
        if not port.isdigit():
            raise OutsideFailed(f"pyops.emulator: ended with {process.wait()} before it served, see its message above")
        try:
            yield {"PULUMI_DEBUG_PROVIDERS": f"azure-native:{port}"}
        finally:
            process.stdin.close()
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """What is being made real is finished first; only a stand-in that hangs is killed."""
    try:
        process.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
