"""Child processes: they end with the program, whichever way it ends, and when they stand still."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from package_mirror.errors import OutsideFailed

_PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, text: str = "", patience_seconds: int = 600
) -> str:
    """What a command prints; it sees no other environment than this.

    Raises OutsideFailed when it fails, or neither reads nor writes a byte for so long.
    """
    tied = ["setpriv", "--pdeathsig", "KILL", *command]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        tied, stdin=pipe, stdout=pipe, stderr=pipe, text=True, errors="replace", env={**_PATH, **(environment or {})}
    ) as process:
        try:
            output, errors = _ended(process, text, patience_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise OutsideFailed(f"{command[0]}: no byte for {patience_seconds} s, it was ended") from None
    if process.returncode:
        last = (errors.strip() or output.strip() or f"exit code {process.returncode}").splitlines()[-1]
        raise OutsideFailed(f"{' '.join(command[:3])}: {last.removeprefix('ERROR: ')}")
    return output


def _ended(process: "subprocess.Popen[str]", text: str, patience_seconds: int) -> tuple[str, str]:
    """Wait for as long as something moves."""
    before = ""
    given: str | None = text
    while True:
        try:
            return process.communicate(given, timeout=patience_seconds)
        except subprocess.TimeoutExpired:
            now = _moved(process.pid)
            if now == before:
                raise
            before, given = now, None


def _moved(process: int) -> str:
    """How much it has read and written so far, over the network too (proc(5), `io`)."""
    try:
        return Path(f"/proc/{process}/io").read_text(encoding="ascii")
    except OSError:
        return ""
