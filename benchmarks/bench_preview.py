"""Preview of all three stacks by the real engine, as estates grow, against the same with azure-native's aliases kept.

The aliases kept are what `pyops:keep-type-aliases` keeps: every class carries one for each older API version.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.estates import with_servers
from benchmarks.measure import ROOT
from pyops.engines import stacks
from pyops.environments.previews import preview_all
from pyops.environments.workspace import STACKS, Workspace
from pyops.estate import load

SIZES = {1: 3, 4: 1, 10: 1}
"""How many times production's resources, and how many runs of each."""


class Cost(NamedTuple):
    """What one preview took: wall time, processor time of all its processes, and its largest process."""

    seconds: float
    processor_seconds: float
    largest_mib: float


def preview(inventory: Path, state: Path) -> None:
    """What is timed, in a process of its own."""
    runs = preview_all(Workspace(state, load(inventory)))
    print(sum(len(run.changes) for run in runs.values()))


def ready(inventory: Path, state: Path, *, keep_aliases: bool) -> None:
    workspace = Workspace(state, load(inventory))
    workspace.ready()
    for stack in STACKS if keep_aliases else ():
        file = workspace.project(stack).config_file
        if file:
            stacks.configure(file, {"pyops:keep-type-aliases": "true"})


def measured(inventory: Path, state: Path, output: Path) -> Cost:
    begin = time.perf_counter()
    process = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "benchmarks.bench_preview", str(inventory), str(state)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, str(output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)],
    )
    _, status, used = os.wait4(process, 0)
    if status:
        raise SystemExit(f"preview of {inventory}: ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> None:
    os.chdir(ROOT)
    table = Table(title="Preview of all three stacks (budget 15 s at once production's size)", title_justify="left")
    for column in ("size", "resources", "aliases", "median s", "processor s", "largest process MiB", "ratio"):
        table.add_column(column, justify="left" if column == "aliases" else "right")
    with tempfile.TemporaryDirectory() as scratch:
        for size, runs in SIZES.items():
            inventory = with_servers(Path(scratch) / f"estate-{size}", size)
            dropped = 0.0
            for keep in (False, True):
                state, output = Path(scratch) / f"state-{size}-{keep}", Path(scratch) / "output"
                ready(inventory, state, keep_aliases=keep)
                costs = [measured(inventory, state, output) for _ in range(runs)]
                median = Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))
                dropped = dropped or median.seconds
                figures = (median.seconds, median.processor_seconds, median.largest_mib, median.seconds / dropped)
                told = [f"{figure:.{places}f}" for figure, places in zip(figures, (1, 1, 0, 2), strict=True)]
                table.add_row(f"{size}x", output.read_text().strip(), "kept" if keep else "dropped", *told)
    Console(width=110).print(table)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        preview(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
