"""Preview of the three production stacks by the real engine, against the same with azure-native's type aliases kept."""

import tempfile
from pathlib import Path

from benchmarks.estates import PRODUCTION
from benchmarks.measure import Contender, compare
from pyops.engines import stacks
from pyops.environments.previews import preview_all
from pyops.environments.workspace import STACKS, Workspace
from pyops.estate import Estate, load


def contender(name: str, folder: Path, estate: Estate, settings: dict[str, str]) -> Contender:
    workspace = Workspace(folder, estate)
    workspace.ready()
    for stack in STACKS:
        file = workspace.project(stack).config_file
        if file and settings:
            stacks.configure(file, settings)
    return Contender(name, lambda: preview_all(workspace))


def main() -> None:
    estate = load(PRODUCTION)
    with tempfile.TemporaryDirectory() as scratch:
        dropped = contender("aliases dropped", Path(scratch) / "dropped", estate, {})
        kept = contender("aliases kept", Path(scratch) / "kept", estate, {"pyops:keep-type-aliases": "true"})
        compare("Preview of the three production stacks", [dropped, kept], runs=3, budget="15 s")


if __name__ == "__main__":
    main()
