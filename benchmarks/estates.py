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


def with_servers(folder: Path, times: int) -> Path:
    """The production inventory with so many times its Azure resources; returns its folder.

    A pool of 18 servers a site adds about as many resources as the whole of production has.
    """
    shutil.copytree(PRODUCTION, folder)
    file = folder / "estate.yml"
    text = file.read_text()
    for site in (1, 2, 3):  # room for more servers than a /24 has
        text = text.replace(f"prefix: 10.{site}0.20.0/24", f"prefix: 10.{site}0.16.0/20")
    pools = "".join(
        f"  batch{number}: {{image: server, zone: servers, first: {100 + 20 * number}, ring: broad, target: 36, "
        "count: {banbury: 18, towcester: 18, stratford: 18}, cpu: 4, memory: 16GiB, disk: 100GiB, backup: standard}\n"
        for number in range(1, times)
    )
    file.write_text(text.replace("\naccounts:", f"{pools}\naccounts:"))
    return folder
