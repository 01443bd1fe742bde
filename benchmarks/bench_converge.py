"""The first and the second converge of the whole lab, with mitogen's strategy against Ansible's own."""

import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.bench_lab import NAME, inventory
from benchmarks.measure import ROOT, command


def seconds(folder: Path, *options: str) -> float:
    begin = time.perf_counter()
    command("converge", "pyops", "-i", folder, "lab", "converge", *options).run()
    return time.perf_counter() - begin


def main() -> None:
    down = command("down", "pyops", "lab", "down", "--state", ROOT / ".lab" / NAME)
    table = Table(title="Converge of 15 hosts (budget 8 min / 2 min with mitogen)", title_justify="left")
    for column in ("strategy", "first s", "second s"):
        table.add_column(column)
    with tempfile.TemporaryDirectory() as scratch:
        folder = inventory(Path(scratch) / NAME, applications=1)
        found = {}
        try:
            for name, options in (("mitogen", ()), ("Ansible's own", ("--plain",))):
                down.run()
                command("up", "pyops", "-i", folder, "lab", "up").run()
                found[name] = seconds(folder, *options), seconds(folder, *options)
                table.add_row(name, *(f"{value:.0f}" for value in found[name]))
        finally:
            down.run()
    ratios = [plain / fast for plain, fast in zip(found["Ansible's own"], found["mitogen"], strict=True)]
    table.add_row("ratio", *(f"{ratio:.1f}" for ratio in ratios))
    Console().print(table)


if __name__ == "__main__":
    main()
