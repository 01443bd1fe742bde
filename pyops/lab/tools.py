"""Starting the machine's own tools (ip, nft, mount, apt ...), with one clear line when one is missing or fails."""

import errno
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from pyops.errors import OutsideFailed

# Which Debian package brings a tool that the lab starts.
PACKAGES = {
    "apt-config": "apt",
    "apt-ftparchive": "apt-utils",
    "apt-get": "apt",
    "dpkg": "dpkg",
    "gpg": "gpg",
    "gpgconf": "gpgconf",
    "ip": "iproute2",
    "journalctl": "systemd",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "nc": "netcat-openbsd",
    "nft": "nftables",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "setsid": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
    "umount": "mount",
    "unshare": "util-linux",
}
# Without sbin, which an ordinary user's PATH lacks, half of the tools would look as if they were missing.
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def need(*tools: str) -> None:
    """Refuse to begin when a tool is missing, naming all the missing ones and the Debian packages that bring them."""
    missing = [tool for tool in tools if shutil.which(tool, path=PATH) is None]
    if missing:
        packages = " ".join(sorted({PACKAGES[tool] for tool in missing}))
        raise OutsideFailed(f"{', '.join(missing)}: not on this machine, install the Debian package {packages}")


def run(
    argv: Sequence[str | Path],
    *,
    stdin: str | None = None,
    check: bool = True,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    what: str | None = None,
    keep_open: Sequence[int] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a tool to its end with its output captured; a failure is an OutsideFailed unless `check` is off.

    `environment` adds to a plain one: nothing of the caller's own variables reaches a tool. `what` is what an error
    calls the command, where its words would say less.
    """
    words = [str(word) for word in argv]
    try:
        done = subprocess.run(
            words,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            env={"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": "/root"} | dict(environment or {}),
            cwd=folder,
            pass_fds=keep_open,
        )
    except FileNotFoundError as missing:
        need(words[0])
        raise OutsideFailed(f"{words[0]}: could not be started, {missing}") from missing
    if check and done.returncode != 0:
        raise OutsideFailed(failure(words, done, what))
    return done


def detach(argv: Sequence[str | Path], output: IO[bytes]) -> None:
    """Start what outlives this process, in a session of its own; what it says goes to `output`.

    The shell-less parent in between ends at once, so no dead child waits for us to collect it.
    """
    need("setsid")
    done = subprocess.run(
        ["setsid", "--fork", *map(str, argv)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={"PATH": PATH, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    if done.returncode != 0:
        raise OutsideFailed(f"{argv[0]}: could not be started in the background, exit {done.returncode}")


def failure(argv: Sequence[str], done: subprocess.CompletedProcess[str], what: str | None = None) -> str:
    """One line for a failed tool: what was run, and the last thing that it said, or that the disk is full."""
    said = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    last = said[-1] if said else "it said nothing"
    telling = next((line for line in said if os.strerror(errno.ENOSPC) in line), last)
    return f"{what or shlex.join(argv)[:200]}: {telling}, exit {done.returncode}"
