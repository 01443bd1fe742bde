"""Where the programs are that the engines are started from, and the environment in which they find each other."""

import os
import shutil
import sys
from pathlib import Path

from pyops.errors import OutsideFailed


def pulumi_folder() -> Path:
    """The folder of the Pulumi CLI: the installed one, else the one that `tools/pulumi/build` keeps in the user's cache.

    Raises OutsideFailed when there is neither.
    """
    installed = shutil.which("pulumi")
    if installed and shutil.which("pulumi-language-python"):
        return Path(installed).parent
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pyops" / "pulumi"
    built = sorted(cache.glob("*/bin/pulumi-language-python-exec"), key=_version)
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
