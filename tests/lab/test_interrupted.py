"""A build that was killed is finished by the next; two labs live side by side; nothing of a lab stays."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyops.lab import Lab, hosts

from .conftest import INVENTORY, ROOT, Site3, killed_after, pyops, read
from .officers import SITES, soon

pytestmark = pytest.mark.lab

NAME = "pair"
STATE = ROOT / ".lab" / NAME


@pytest.fixture(scope="module")
def pair(three_sites: Site3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A second, smaller estate with a lab of its own beside the first: only routers and control hosts, no desks."""
    folder = tmp_path_factory.mktemp("estate") / NAME
    shutil.copytree(INVENTORY, folder)
    text = (folder / "estate.yml").read_text().replace("\nname: lab\n", f"\nname: {NAME}\n")
    pools = re.compile(r"  (?!router|control)\w+: +\{image: \w+, zone")
    text = "\n".join(line for line in text.splitlines() if not pools.match(line)) + "\n"
    for section, left in (("directory", "directory: {realm: PAIR.ICT.EXAMPLE, pool: control}\n"), ("staff_access", "")):
        text, number = re.subn(rf"\n{section}:.*\n(  .*\n)+", f"\n{left}", text)
        assert number == 1, f"{section} names pools that this estate lacks"
    for named in ("pools: [application]", "mirror: {pool: mirror,"):
        assert named in text, f"{named!r} names a pool that this estate lacks"
        text = text.replace(named, re.sub("application|mirror(?=,)", "control", named))
    (folder / "estate.yml").write_text(text)
    (folder / "desktops.csv").write_text("name,site,partner,model,ring,address\n")
    yield folder
    pyops("lab", "down", "--state", str(STATE))


def traces() -> dict[str, list[str]]:
    """What a lab could leave on the machine: everything that carries its name or lies below its folder."""
    name = Lab(STATE).name
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if str(STATE) in line]
    processes = [
        p.parent.name
        for p in Path("/proc").glob("[0-9]*/cmdline")
        if str(STATE).encode() in read(p) or name.encode() in read(p)
    ]
    groups = [str(path) for path in Path("/sys/fs/cgroup").rglob(f"*{name}*")]
    namespaces = [path.name for path in Path("/run/netns").glob(f"{name}*")] if Path("/run/netns").exists() else []
    return {
        "mounts": mounts,
        "processes": processes,
        "cgroups": groups,
        "namespaces": namespaces,
        "files": [str(STATE)] if STATE.exists() else [],
    }


KILLED_AT = (
    ("==> keys", 0.0),
    ("==> pulumi up network", 3.0),
    ("NetworkInterface nic-", 0.0),
    ("create   VirtualMachineInstance", 0.0),
    ("hosts answer ssh", 0.0),
)
"""What the build has just said when it is killed, and how many seconds later."""


def test_a_build_killed_at_several_points_is_finished_by_the_next(pair: Path) -> None:
    for words, delay in KILLED_AT:
        killed_after(words, ["pyops", "-i", str(pair), "lab", "up"], delay)
    pyops("-i", str(pair), "lab", "up")
    lab = Lab(STATE)
    expected = {f"{site}-{pool}-01" for site in SITES for pool in ("router", "control")}
    assert {host.name for host in hosts.every(lab)} == expected
    for name in expected:
        assert hosts.run(lab, name, ["hostname"]).stdout.strip() == name
    previews = json.loads(pyops("-i", str(pair), "stacks", "preview", "--json").stdout)
    assert {stack: found["changes"] for stack, found in previews.items()} == {stack: [] for stack in previews}


@pytest.mark.long  # a join, a rollout and a promotion that are killed are in every run
def test_a_converge_killed_half_way_is_finished_by_the_next(pair: Path) -> None:
    pyops("-i", str(pair), "lab", "up")
    for task in ("Write the rules between zones", "Make the services do what is configured"):
        killed_after(f"TASK [router : {task}]", ["pyops", "-i", str(pair), "lab", "converge"])
    pyops("-i", str(pair), "lab", "converge")
    assert "changed: 0 tasks on 0 hosts" in pyops("-i", str(pair), "lab", "converge").stdout
    ping = ["ping", "-c", "1", "-W", "2", "stratford-control-01"]
    soon(lambda: "1 received" in hosts.run(Lab(STATE), "banbury-control-01", ping, check=False).stdout, 60)


def test_two_labs_side_by_side_and_nothing_of_one_stays(three_sites: Site3, pair: Path) -> None:
    pyops("-i", str(pair), "lab", "up")
    assert three_sites.ssh("banbury-control-01", "true").returncode == 0
    other = subprocess.run(["ssh", "-F", STATE / "ssh_config", "banbury-control-01", "true"], check=False, timeout=60)
    assert other.returncode == 0
    pyops("lab", "down", "--state", str(STATE))
    assert traces() == {"mounts": [], "processes": [], "cgroups": [], "namespaces": [], "files": []}
    assert three_sites.ssh("banbury-control-01", "true").returncode == 0


def test_two_builds_at_once_one_is_refused_in_words(pair: Path) -> None:
    first = subprocess.Popen(["pyops", "-i", str(pair), "lab", "up"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert first.stderr
    for line in first.stderr:
        if "==> pulumi up network" in line:
            break
    second = pyops("-i", str(pair), "lab", "up", check=False)
    first.communicate(timeout=300)
    assert second.returncode == 1
    assert f"`lab up` (process {first.pid}, since " in second.stderr
    assert first.returncode == 0
