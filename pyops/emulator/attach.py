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
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port.isdigit():
            raise OutsideFailed(port or f"pyops.emulator: ended with {process.wait()} before it served")
        try:
            yield {"PULUMI_DEBUG_PROVIDERS": f"azure-native:{port}"}
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Close its input, and let it finish what it is making real; only one that hangs is killed."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
