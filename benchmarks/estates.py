"""Estates of other sizes for benchmarks, made from the production one."""

import json
import shutil
import subprocess
from pathlib import Path

import yaml

from benchmarks.measure import BIN, ROOT

PRODUCTION = ROOT / "inventories" / "production"


def with_desks(folder: Path, desks: int) -> Path:
    """The production inventory with a register of so many desks; returns its folder."""
    shutil.copytree(PRODUCTION, folder)
    sites = [("banbury", "cherwell"), ("towcester", "south_northamptonshire"), ("stratford", "stratford")]
    rows = ["name,site,partner,model,ring,address"]
    rows += [f"d{number:06},{','.join(sites[number % 3])},compact-2024,broad," for number in range(desks)]
    (folder / "desktops.csv").write_text("\n".join(rows) + "\n")
    if desks > 12000:
        file = folder / "estate.yml"
        file.write_text(file.read_text().replace(".32.0/20", ".128.0/18"))
    return folder


def as_static_yaml(inventory: Path, file: Path) -> Path:
    """The same hosts, groups and variables as Ansible's own YAML inventory: what the plugin is measured against."""
    listed = subprocess.run(
        [BIN / "ansible-inventory", "-i", inventory, "--list", "--export"], cwd=ROOT, capture_output=True, check=True
    )
    groups = json.loads(listed.stdout)
    variables = groups.pop("_meta")["hostvars"]
    children = {
        name: {"hosts": dict.fromkeys(group.get("hosts", [])), "vars": group.get("vars", {})}
        for name, group in groups.items()
        if name != "all"
    }
    top = {"hosts": variables, "vars": groups["all"].get("vars", {}), "children": children}
    file.write_text(yaml.dump({"all": top}, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)))
    return file
