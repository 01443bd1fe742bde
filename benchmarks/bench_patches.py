"""Patch status of 2,000 hosts with 1,500 packages each against the plain way: apt's own comparison, host by host.

Once with hosts that are nearly in order, and once with hosts that a promotion has left far behind.
"""

import json
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.estates import with_desks
from benchmarks.measure import Contender, compare
from pyops.estate import Estate, load
from pyops.fleet.facts import Clock, Dpkg, Facts, OperatingSystem, Package
from pyops.fleet.kernels import Kernel
from pyops.fleet.observation import Latest, Observation, Readings
from pyops.fleet.store import Store
from pyops.patches.alignment import align
from pyops.patches.gaps import Kind
from pyops.patches.indexes import Candidate, Index
from pyops.patches.parity import parity
from pyops.patches.release import Release

HOSTS, PACKAGES = 2000, 1500
FEW, MANY = 20, 300
"""Packages of each host that are not at their ring's version."""
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PEER = """
import apt_pkg, json, sys
apt_pkg.init_system()
base, hosts = json.load(open(sys.argv[1]))
print("ready", flush=True)
for _ in sys.stdin:
    behind = ahead = foreign = 0
    for installed in hosts:
        known = {name: version for name, version in installed.items() if name in base}
        behind += len([n for n, v in known.items() if apt_pkg.version_compare(v, base[n]) < 0])
        ahead += len([n for n, v in known.items() if apt_pkg.version_compare(v, base[n]) > 0])
        foreign += len(installed) - len(known)
    print(behind, ahead, foreign, flush=True)
"""
FACTS = Facts(
    OperatingSystem("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"),
    "amd64",
    Kernel("6.1.0-41-amd64", "", ()),
    False,
    timedelta(days=1),
    Clock(timedelta(0), timedelta(0)),
    (),
    (),
    None,
    Dpkg("", False, ""),
    None,
)


def versions() -> dict[str, str]:
    names = ["dpkg", "base-files", *(f"package-{number}" for number in range(PACKAGES - 2))]
    return {name: f"{number % 7}.{number}.{number % 11}-{number % 5}+deb12u2" for number, name in enumerate(names)}


def readings(estate: Estate, ring: Mapping[str, str], differing: int) -> Readings:
    """Every host has a list of its own: so many packages behind or ahead, one that the ring has not."""
    chance = random.Random(7)  # noqa: S311 - the same hosts each time
    known: dict[tuple[str, str], Package] = {}
    found = {}
    for host in [*(s.name for s in estate.servers), *(d.name for d in estate.desktops.desks)]:
        own = dict(ring)
        for name in chance.sample(list(ring), differing):
            own[name] = ring[name].replace("u2", f"u{chance.choice([0, 1, 1, 1, 3])}")
        own[f"local-{chance.randrange(50)}"] = "1.0"
        packages = {n: known.setdefault((n, v), Package(n, v, "amd64", "ii")) for n, v in own.items()}
        found[host] = Latest(host, Observation(host, NOW, replace(FACTS, packages=packages)), None)
    return found


def as_index(ring: Mapping[str, str]) -> Index:
    listed = {n: Candidate(n, v, "amd64", n, v, "", 0, "") for n, v in ring.items()}
    return Index(Release("/srv/mirror", "broad", NOW, "0" * 64, {}), {"amd64": listed})


class Peer:
    """Its data is loaded before the clock runs."""

    def __init__(self, folder: Path, ring: Mapping[str, str], hosts: Readings) -> None:
        lists = [
            [(p.name, p.version) for p in (one.facts.packages or {}).values()] for one in hosts.values() if one.facts
        ]
        (folder / "data.json").write_text(json.dumps([ring, [dict(pairs) for pairs in lists]]))
        command = ["/usr/bin/python3", "-c", PEER, str(folder / "data.json")]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._child.stdin
        assert self._child.stdout
        self._say, self._hear = self._child.stdin, self._child.stdout
        assert self._hear.readline() == "ready\n", "the machine's own Python needs python3-apt"

    def counts(self) -> tuple[int, ...]:
        self._say.write("again\n")
        self._say.flush()
        return tuple(int(number) for number in self._hear.readline().split())

    def end(self) -> None:
        self._child.communicate()


def status_of(folder: Path, estate: Estate, differing: int) -> None:
    """One table: so many packages of each host differ."""
    ring = versions()
    hosts = readings(estate, ring, differing)
    index = as_index(ring)
    published = {(site, name): index for site in estate.sites for name in estate.patches.rings}
    peer = Peer(folder, ring, hosts)
    with Store(folder / f"{differing}.db") as store:
        for one in hosts.values():
            assert one.observation
            store.save(one.observation)

        def status(known: Readings) -> tuple[int, ...]:
            standings = align(estate, known, published, NOW)
            parity(estate, standings, known, published)
            kinds = Counter(found.kind for one in standings for gap in one.gaps for found in gap.packages)
            return tuple(kinds[kind] for kind in (Kind.BEHIND, Kind.AHEAD, Kind.FOREIGN))

        assert status(hosts) == status(store.latest()) == peer.counts(), "both must say the same"
        contenders = [
            Contender("alignment and parity", lambda: status(hosts)),
            Contender("the same, read from the store", lambda: status(store.latest())),
            Contender("apt_pkg, host by host", peer.counts),
        ]
        title = f"Status of {len(hosts):,} hosts x {PACKAGES:,} packages, {differing} of each host not at their ring's"
        compare(title, contenders, budget="2 s")
    peer.end()


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        estate = load(with_desks(folder / "big", HOSTS - 26), NOW.date())
        for differing in (FEW, MANY):
            status_of(folder, estate, differing)


if __name__ == "__main__":
    main()
