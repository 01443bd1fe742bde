"""Where the programs are that the engines are started from, and the environment in which they find each other."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyops import files
from pyops.errors import OutsideFailed


def pulumi_folder() -> Path:
    """The folder of the Pulumi CLI: the installed one, else the one that `tools/pulumi/build` keeps in the cache.

    Raises OutsideFailed when there is neither.
    """
    installed = shutil.which("pulumi")
    if installed and shutil.which("pulumi-language-python"):
        return Path(installed).parent
    built = sorted((files.user_cache() / "pulumi").glob("*/bin/pulumi-language-python-exec"), key=_version)
    if not built:
        raise OutsideFailed("pulumi: not found on PATH nor built in the user's cache, run tools/pulumi/build")
    return built[-1].parent


def _version(program: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in program.parent.parent.name.split(".") if part.isdigit())


def program_folder() -> Path:
    """The folder of this Python environment's own programs (`ansible-playbook`, `python`)."""
    return Path(sys.executable).parent


def search_path(*first: Path) -> str:
    """A PATH with these folders in front."""
    return os.pathsep.join([*map(str, first), os.environ.get("PATH", os.defpath)])


def ended_with_us(signal_name: str) -> tuple[str, ...]:
    """What stands before an engine's command: the kernel sends it this signal when we are killed.

    Left to itself, an engine waits for what went with us, and holds the stack's lock for as long.
    """
    return "setpriv", "--pdeathsig", signal_name, "--"  # of util-linux: every Debian and Ubuntu has it


def pulumi_ended_with_us(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The same for `pulumi` in this environment: it is interrupted, so that it records what is under way.

    With a stand-in for Azure, which goes with us, it would wait for answers for ever, interrupted or not: so it is
    killed, and the next run takes its lock away and mends what it wrote.
    """
    return ended_with_us("KILL" if "PULUMI_DEBUG_PROVIDERS" in environment else "INT")


def end(process: subprocess.Popen[Any]) -> None:
    """Interrupt a child that still runs and wait for it: it finishes what it is at and releases its locks.

    A second interrupt of ours is passed on, by which the engines end at once.
    """
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait()
        except KeyboardInterrupt:
            continue
