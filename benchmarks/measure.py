"""Times commands side by side in one run, in turn, and prints medians with their ratios."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
BIN = ROOT / ".venv" / "bin"


@dataclass(frozen=True)
class Contender:
    """One way to do a thing: what it is called, and what is timed."""

    name: str
    run: Callable[[], object]
    before: Callable[[], object] = field(default=lambda: None)
    """Set-up that is not timed, before every run."""


def command(name: str, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Contender:
    """A whole process, timed from start to exit, its output thrown away."""

    def run() -> None:
        variables = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **(environment or {})}
        done = subprocess.run(
            [str(a) for a in arguments], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{name}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    return Contender(name, run)


def compare(title: str, contenders: list[Contender], runs: int = 5, warm_up: bool = True, budget: str = "") -> None:
    """Run the contenders in turn (A B A B ...); print minimum, median, maximum, and ratios to the first one."""
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(runs + warm_up):
        for contender in contenders:
            contender.before()
            begin = time.perf_counter()
            contender.run()
            if number >= warm_up:
                seconds[contender.name].append(time.perf_counter() - begin)
    _print(title, seconds, runs, budget)


def _print(title: str, seconds: dict[str, list[float]], runs: int, budget: str) -> None:
    table = Table(
        title=f"{title} ({runs} run{'s' if runs > 1 else ''} each{', budget ' + budget if budget else ''})",
        title_justify="left",
    )
    for column in ("what", "minimum s", "median s", "maximum s", "ratio"):
        table.add_column(column, justify="left" if column == "what" else "right")
    first = statistics.median(next(iter(seconds.values())))
    for name, values in seconds.items():
        median = statistics.median(values)
        table.add_row(name, f"{min(values):.2f}", f"{median:.2f}", f"{max(values):.2f}", f"{median / first:.2f}")
    Console(width=110).print(table)
