"""Asks a fleet in several processes, since one Python process does the work of one core."""

import multiprocessing
import signal
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from pyops.errors import PyopsError
from pyops.fleet.answer import Answer
from pyops.fleet.crew import ask_all
from pyops.fleet.observation import Reason, Silence
from pyops.fleet.silences import silent
from pyops.fleet.target import Settings, Target


@dataclass(slots=True)
class _Shard:
    """A process, and the hosts of which it has not told yet."""

    process: SpawnProcess
    results: Connection
    untold: dict[str, Target]


def ask_in_processes(targets: Sequence[Target], settings: Settings) -> Generator[Answer | Silence]:
    """Ask every target once, in `settings.processes` processes; what a process that died owed is said to be lost."""
    one = replace(
        settings, processes=1, jump_connections=max(1, settings.jump_connections // settings.processes),
        connecting=max(1, settings.connecting // settings.processes),
    )  # fmt: skip
    shards = [_begin(targets[number :: settings.processes], one) for number in range(settings.processes)]
    try:
        while any(shard.untold for shard in shards):
            listening = {shard.results: shard for shard in shards if shard.untold}
            for ready in wait(list(listening)):
                yield from _heard(listening[ready])  # type: ignore[index]
    finally:
        for shard in shards:
            shard.process.terminate()
            shard.process.join()
            shard.results.close()


def _begin(targets: Sequence[Target], settings: Settings) -> _Shard:
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(list(targets), settings, its), daemon=True)
    process.start()
    its.close()  # so that the end of the process is the end of the pipe
    return _Shard(process, ours, {target.host: target for target in targets})


def _heard(shard: _Shard) -> Generator[Answer | Silence]:
    try:
        result = shard.results.recv()
    except (EOFError, OSError):
        shard.process.join()
        why = f"its process ended with {shard.process.exitcode}"
        yield from (silent(target, Reason.READER_LOST, why) for target in shard.untold.values())
        shard.untold.clear()
        return
    if isinstance(result, PyopsError):
        raise result
    del shard.untold[result.target.host if isinstance(result, Answer) else result.host]
    yield result


def _work(targets: Sequence[Target], settings: Settings, results: Connection) -> None:
    """What a process does: it ends silently when nobody listens any more; an interrupt is for who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for result in ask_all(targets, settings):
            results.send(result)
    except PyopsError as error:
        results.send(error)
    except BrokenPipeError:
        return
