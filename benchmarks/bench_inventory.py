"""The inventory plugin at 2,000 and 20,000 hosts against the same hosts as Ansible's static YAML."""

import tempfile
from pathlib import Path

from benchmarks.estates import as_static_yaml, with_desks
from benchmarks.measure import command, compare

BUILT_IN = {"ANSIBLE_INVENTORY_ENABLED": "yaml"}


def main() -> None:
    for desks, budget, runs in ((1974, "1.5 s", 5), (19974, "8 s", 2)):
        with tempfile.TemporaryDirectory() as scratch:
            inventory = with_desks(Path(scratch) / "big", desks)
            static = as_static_yaml(inventory, Path(scratch) / "static.yml")
            plugin = command("estate plugin", "ansible-inventory", "-i", inventory / "estate.yml", "--graph")
            peer = command("static YAML", "ansible-inventory", "-i", static, "--graph", environment=BUILT_IN)
            compare(f"Inventory of {desks + 26:,} hosts", [plugin, peer], runs=runs, budget=budget)


if __name__ == "__main__":
    main()
