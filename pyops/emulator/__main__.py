"""Serves the stand-in: `python -m pyops.emulator --store FILE --stack NAME [--lab STATE_FOLDER]`.

Prints its port as the first line of standard output, then serves until its parent ends. Where it cannot serve, that
line says why.
"""

import argparse
import gc
import os
import signal
import sys
import threading
from pathlib import Path

from pyops.emulator.azure import StandIn
from pyops.emulator.serving import served
from pyops.emulator.store import Store
from pyops.errors import PyopsError

_PARENT = os.getppid()
"""Read first of all: a parent that is gone before the port is printed is still noticed."""
_ALLOCATIONS = 100_000
"""New objects between two searches for unused ones: the SDK is two hundred thousand, and all of them stay."""


def main() -> None:
    """Serve on a free port of the loopback interface."""
    arguments = _arguments()
    gc.set_threshold(_ALLOCATIONS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the engine's to handle; it still needs answers
    try:
        store = Store(arguments.store)
    except PyopsError as error:
        print(error, flush=True)  # noqa: T201  # in the place of the port, for the parent to raise
        sys.exit(error.exit_code)
    with served(StandIn(store, arguments.stack, arguments.lab)) as port:
        print(port, flush=True)  # noqa: T201  # the parent reads it
        _wait_for_the_end()
    store.close()
    gc.freeze()  # the interpreter's last look for unused objects would go through all of the SDK


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pyops.emulator", description=__doc__)
    parser.add_argument("--store", type=Path, help="SQLite file that keeps the resources; none for previews")
    parser.add_argument("--stack", help="the one stack that may write; without it, previews only")
    parser.add_argument("--lab", type=Path, help="state folder of the lab in which machines and networks are made real")
    found = parser.parse_args()
    if found.stack and not found.store:
        parser.error("--stack needs --store: what is written must be kept")
    return found


def _wait_for_the_end() -> None:
    """Returns when standard input closes, when the parent is gone, or at a request to end."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())

    def watch_input() -> None:
        while sys.stdin.buffer.read(4096):
            pass
        ended.set()

    threading.Thread(target=watch_input, daemon=True).start()
    while not ended.wait(0.5) and os.getppid() == _PARENT:
        pass


main()
