"""The `pyops` command: finds the noun, imports only its module, and turns errors into exit codes."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

BUG = 70
"""Exit code of an error that is nobody's but ours; its traceback is kept (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED = 130
"""As shells say it: 128 and the number of SIGINT."""


class Noun(NamedTuple):
    """A noun: its module in `pyops.cli`, the other form that people say, and its line in `pyops --help`."""

    name: str
    other: str
    help: str


NOUNS = (
    Noun("estate", "estates", "The estate file: check it, see it, prove it, compare two."),
    Noun("stacks", "stack", "The Pulumi stacks: preview, apply, refresh, destroy in order."),
    Noun("policies", "policy", "What every planned resource must keep: list it, check it."),
    Noun("lab", "labs", "The whole estate on this machine: build it, break it, drop it."),
    Noun("fleet", "fleets", "All hosts: read them over ssh, see what they answered."),
    Noun("patches", "patch", "One patch level at all sites: who is at it, and what is due."),
    Noun("identity", "identities", "Who is in the directory: plan it, apply it, compare councils."),
    Noun("changes", "change", "One page for a change: draft, sign, run just that, verify."),
    Noun("keys", "key", "Key pairs of the tunnels, made before they are needed."),
)


def main() -> int:
    """Run the command of `sys.argv` and return its exit code."""
    arguments = sys.argv[1:]
    try:
        return _finish(_connect(arguments[2:]) if arguments[:2] == ["lab", "connect"] else _run(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:
        return _failed(error)


def _connect(arguments: Sequence[str]) -> int:
    """Every ssh to a lab host starts here: as little as possible is imported."""
    from pyops.lab import connect

    return connect.main(list(arguments))


def _run(arguments: Sequence[str]) -> int:
    from pyops.cli.root import command

    try:
        with _put_away_when_stopped():
            command().main(list(arguments), prog_name="pyops")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    return 0


@contextmanager
def _put_away_when_stopped() -> Iterator[None]:
    """SIGTERM, by which services are stopped, is an interrupt first: engines wind up, scratch folders and keys go.

    Then we end by the signal after all, so that whoever sent it sees that it did its work.
    """
    import signal

    stopped = False

    def stop(*_: object) -> NoReturn:
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        if stopped:
            sys.stdout.flush()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)


def _finish(code: int) -> int:
    """What was printed must have arrived before the command can count as done."""
    sys.stdout.flush()
    return code


def _failed(error: Exception) -> int:
    from pyops.errors import PyopsError

    if isinstance(error, PyopsError):
        print(error, file=sys.stderr)
        return error.exit_code
    import traceback

    traceback.print_exc()
    return BUG


def _reader_gone() -> int:
    """The reader of a pipe (head, less) has seen enough: no error, and nothing more to say at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
