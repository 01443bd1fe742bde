# Paths are plain text here: pathlib takes longer to import than all else.
# ruff: noqa: PTH109, PTH110, PTH112, PTH118, PTH120, PTH123
"""A stream to a port of a host, as ssh's ProxyCommand: `pyops lab connect HOST PORT`.

ssh starts it for every connection, so it imports nothing but what Python has loaded anyway, and nothing of ours.
It is a program of its own as well, which starts sooner still: `python -I -S connect.py --state FOLDER HOST PORT`.
"""

import os
import sys

_USAGE = "usage: pyops lab connect [--state FOLDER] HOST PORT"


class ConnectError(Exception):
    """No stream to the host; the text says why, and `code` is the exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def find_state() -> str:
    """The state folder meant by PYOPS_LAB_STATE, or by the folder that we are in: `.lab/lab` of this checkout."""
    if state := os.environ.get("PYOPS_LAB_STATE"):
        return state
    folder = here = os.getcwd()
    while not os.path.isdir(os.path.join(folder, ".lab")) and not os.path.exists(os.path.join(folder, "ansible.cfg")):
        above = os.path.dirname(folder)
        if above == folder:
            return os.path.join(here, ".lab", "lab")
        folder = above
    return os.path.join(folder, ".lab", "lab")


def connect(state: str, host: str, port: str) -> None:
    """Enter the lab's namespace and become `nc`; does not return. `host` is an address, or a host of the lab."""
    try:
        with open(os.path.join(state, "namespace")) as file:
            namespace = file.read().strip()
        os.setns(os.open(namespace, os.O_RDONLY | os.O_CLOEXEC), os.CLONE_NEWNET)
    except FileNotFoundError:
        raise ConnectError(f"{state}: no lab runs there, `pyops lab up` starts one", 1) from None
    except OSError:  # EINVAL: a restart of the machine left the file, and took the namespace
        raise ConnectError(f"{state}: the lab cannot be entered, it is down or you are not root", 1) from None
    address = _address(state, host)
    try:
        os.execvp("nc", ["nc", "-N", address, port])  # noqa: S606 - we become nc, with our streams
    except FileNotFoundError:
        raise ConnectError("nc: not on this machine, install the Debian package netcat-openbsd", 3) from None


def _address(state: str, host: str) -> str:
    if host[:1].isdigit():
        return host
    with open(os.path.join(state, "addresses")) as file:
        known = dict(line.split() for line in file)
    if host not in known:
        raise ConnectError(f"{host}: the lab in {state} has no such host", 1)
    return known[host]


def main(arguments: list[str]) -> int:
    """Take `[--state FOLDER] HOST PORT`; returns an exit code when there is no stream."""
    if arguments[:1] == ["--state"] and len(arguments) > 1:
        state, arguments = arguments[1], arguments[2:]
    else:
        state = find_state()
    try:
        if len(arguments) != 2:
            raise ConnectError(_USAGE, 2)
        connect(state, *arguments)
    except ConnectError as failed:
        # ssh shows what its ProxyCommand says, and there is no command line above this program to say it.
        sys.stderr.write(f"{failed}\n")
        return failed.code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
