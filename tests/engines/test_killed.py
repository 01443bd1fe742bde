"""A caller that is killed: the engine ends as well, whatever it waits for, and the next run goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pyops.engines import pulumi, stacks
from tests.engines.sample import Sample, summary

ROOT = Path(__file__).parents[2]
APPLY = """
import sys
from pathlib import Path
from pyops.engines import pulumi
from tests.engines.sample import Sample
Sample(Path(sys.argv[1])).run(pulumi.up)
"""
WAITING = """
import os, pathlib, time
pathlib.Path("{told}").write_text(f"{{os.getpid()}} {{os.getppid()}}")
time.sleep(3600)
"""


def soon(question: Callable[[], object]) -> bool:
    """Whether it becomes true."""
    until = time.monotonic() + 60
    while not question():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def caller(sample: Sample) -> Iterator[subprocess.Popen[bytes]]:
    """It applies a program that waits for ever, so that the engine asks nothing of the stand-in that goes with it.

    The program and the host that started it would end by themselves when they next ask for the engine.
    """
    told = sample.folder / "program.pid"
    sample.write(WAITING.format(told=told))
    command = [sys.executable, "-c", APPLY, str(sample.folder)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True)
    try:
        assert soon(lambda: told.exists() and told.read_text()), "the program never ran"
        yield process
    finally:
        for pid in (process.pid, *working(sample), *map(int, told.read_text().split() if told.exists() else ())):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def working(sample: Sample) -> list[int]:
    """The engines that hold the stack and are there."""
    return [int(lock["pid"]) for lock in stacks._locks(sample.project) if stacks._alive(lock)]


@pytest.mark.engine
def test_an_engine_ends_when_its_caller_is_killed_with_the_stand_in(
    sample: Sample, caller: subprocess.Popen[bytes]
) -> None:
    (engine,) = working(sample)
    os.killpg(caller.pid, signal.SIGKILL)
    caller.wait()
    assert soon(lambda: not Path(f"/proc/{engine}").exists()), "the engine outlives its caller"
    sample.write("network()")
    assert summary(sample.run(pulumi.up))[-1] == ("create", "servers")
