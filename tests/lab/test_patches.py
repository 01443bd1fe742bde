"""One patch level over three sites: mirrors with equal bytes, promotion of one ring, a rollout that stops and resumes.

The tests follow one fix from upstream to the hosts of the early ring and back, in the order of the file: each begins
with what the one before it has left.
"""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pyops.lab import apt, repository

from .conftest import INVENTORY, ROOT, Site3
from .officers import SITES

pytestmark = pytest.mark.lab

PACKAGE = "gzip"
"""Small, on every host, and nothing is restarted for it."""
NEWER = f"+deb12u{int(time.time())}"
"""A file of a name is the same for ever on a mirror: each run of these tests brings out a version of its own."""
CVE = "CVE-2026-99901"
ORIGIN, SECOND, THIRD = (f"{site}-mirror-01" for site in SITES)
RINGS = ("test", "early", "broad")


@dataclass(frozen=True)
class Patched:
    """The lab with an estate whose window is open at all sites now, and whose baseline is new."""

    site: Site3
    inventory: Path
    before: str
    """The baseline of the lab's own estate."""
    now: str
    """The new one."""
    old: str
    """The package's version before the fix."""

    def pyops(self, *arguments: str, code: int = 0) -> str:
        done = self.site.pyops(*arguments, inventory=self.inventory, check=False)
        assert done.returncode == code, f"{arguments} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def json(self, *arguments: str, code: int = 0) -> Any:
        done = self.site.pyops(*arguments, "--json", inventory=self.inventory, check=False)
        assert done.returncode == code, f"{arguments} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    def served(self, suite: str) -> dict[str, str]:
        """The hash of InRelease that each mirror serves, asked by HTTP on the host itself."""
        command = f"curl --fail --silent http://localhost/dists/{suite}/InRelease | sha256sum | cut -d ' ' -f 1"
        return {host: self.site.run(host, "sh", "-c", command).strip() for host in (ORIGIN, SECOND, THIRD)}

    def fetch(self) -> None:
        """What the mirrors' timers do: the origin fetches from upstream, the others follow it."""
        self.site.run(ORIGIN, "systemctl", "start", "package-mirror-fetch.service")
        for host in (SECOND, THIRD):
            self.site.run(host, "systemctl", "start", "package-mirror-follow.service")

    def versions(self, names: Sequence[str]) -> dict[str, str]:
        query = ("dpkg-query", "--show", "--showformat=${Version}", PACKAGE)
        with ThreadPoolExecutor(6) as pool:
            return dict(zip(names, pool.map(lambda name: self.site.run(name, *query), names), strict=True))

    def ring(self, name: str) -> list[str]:
        estate = self.site.estate
        servers = [server.name for server in estate.servers if server.pool.ring == name]
        return servers + [desk.name for desk in estate.desktops.desks if desk.ring == name]


def with_open_windows(folder: Path, baseline: str) -> None:
    """All sites have their window now, for some hours."""
    file = folder / "estate.yml"
    text = file.read_text()
    opened = datetime.now() - timedelta(hours=1)  # noqa: DTZ005 - the sites' own time
    day = opened.strftime("%A").lower()
    window = next(line for line in text.splitlines() if line.startswith("  window: "))
    days = ", ".join(f"{site}: {day}" for site in SITES)
    start = f"{opened:%H:%M}"
    text = text.replace(window, f'  window: {{days: {{{days}}}, start: "{start}", duration: 5 hours}}')
    old = next(line for line in text.splitlines() if line.startswith("  baseline: "))
    file.write_text(text.replace(old, f"  baseline: {baseline}"))


def free_day(site: Site3) -> str:
    """A baseline is made once, and not before another; these tests may run again on the same lab: the next free day."""
    made = json.loads(site.run(ORIGIN, "package-mirror", "status"))["snapshots"]
    today = datetime.now().date()  # noqa: DTZ005 - the sites' own time
    days = [day for ago in (2, 1, 0) if (day := str(today - timedelta(days=ago))) > max(made)]
    assert days, "take the lab down: it has a baseline of today"
    return days[0]


def fixed_package(site: Site3, folder: Path) -> Path:
    """The package as it is, with a newer version and a changelog that says why."""
    archive = apt.place(site.lab.cache, "bookworm").archive
    original = next(archive.glob(f"{PACKAGE}_*.deb"))
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "--raw-extract", original, tree], check=True)
    control = (tree / "DEBIAN" / "control").read_text().splitlines()
    version = next(line.removeprefix("Version: ") for line in control if line.startswith("Version: "))
    text = "\n".join(
        line.replace(version, version + NEWER) if line.startswith("Version: ") else line for line in control
    )
    (tree / "DEBIAN" / "control").write_text(text + "\n")
    log = tree / "usr" / "share" / "doc" / PACKAGE / "changelog.Debian.gz"
    entry = (
        f"{PACKAGE} ({version}{NEWER}) bookworm-security; urgency=high\n\n  * Fixes {CVE}.\n\n"
        f" -- Lab <lab@ict.example>  {datetime.now().astimezone():%a, %d %b %Y %H:%M:%S %z}\n\n"
    )
    older = subprocess.run(["gzip", "--decompress", "--stdout", log], capture_output=True, text=True, check=True).stdout
    log.unlink()
    subprocess.run(["gzip", "--best", "--no-name"], input=entry + older, text=True, stdout=log.open("wb"), check=True)
    file = folder / f"{PACKAGE}_{version}{NEWER}_amd64.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, file], check=True, stdout=subprocess.DEVNULL)
    return file


@pytest.fixture(scope="module")
def patched(three_sites: Site3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patched]:
    """Everything goes back at the end: the ring, the hosts' packages, what came out upstream."""
    folder = tmp_path_factory.mktemp("patched")
    inventory = Path(shutil.copytree(INVENTORY, folder / "lab"))
    baseline = free_day(three_sites)
    with_open_windows(inventory, baseline)
    old = three_sites.run("banbury-control-01", "dpkg-query", "--show", "--showformat=${Version}", PACKAGE)
    found = Patched(three_sites, inventory, str(three_sites.estate.patches.baseline), baseline, old)
    try:
        yield found
    finally:
        repository.withdraw(three_sites.lab)
        for ring in RINGS:
            three_sites.pyops("patches", "promote", ring, "--to", found.before, "--early", inventory=inventory)
        for name in (name for name, version in found.versions(three_sites.names).items() if version != old):
            three_sites.run(name, "apt-get", "update", "--quiet")
            words = ["apt-get", "install", "--quiet", "--yes", "--allow-downgrades", f"{PACKAGE}={old}"]
            three_sites.run(name, *words)
        found.fetch()
        three_sites.pyops("fleet", "scan", check=False)


def test_three_mirrors_serve_the_same_bytes(patched: Patched) -> None:
    for ring in (*RINGS, "security"):
        assert len(set(patched.served(ring).values())) == 1, ring
    for host in (ORIGIN, SECOND, THIRD):
        patched.site.run(host, "package-mirror", "verify", "broad")


def test_every_host_is_aligned(patched: Patched) -> None:
    patched.pyops("fleet", "scan")
    status = patched.json("patches", "status")
    assert status["in_order"]
    assert {cell["percent"] for cell in status["parity"] if cell["hosts"]} == {100}
    for places in status["mirrors"].values():
        assert {mirror["baseline"] for mirror in places.values()} == {patched.before}
        assert len({mirror["sha256"] for mirror in places.values()}) == 1


def test_a_fix_is_due_at_every_site_before_any_ring_carries_it(patched: Patched, tmp_path: Path) -> None:
    patched.site.pyops("lab", "publish", str(fixed_package(patched.site, tmp_path)))
    patched.fetch()
    (fix,) = patched.json("patches", "due")["fixes"]
    assert (fix["source"], fix["closes"], fix["days_left"]) == (PACKAGE, [CVE], 14)
    estate = patched.site.estate
    every = [*(server.site for server in estate.servers), *(desk.site for desk in estate.desktops.desks)]
    assert {site: len(hosts) for site, hosts in fix["sites"].items()} == {site: every.count(site) for site in SITES}
    assert sorted(fix["not_carried_by"]) == ["broad", "early"], "those that have hosts"


def test_the_baseline_is_made_on_the_origin_and_no_ring_moves_by_itself(patched: Patched) -> None:
    before = {ring: patched.served(ring) for ring in RINGS}
    patched.pyops("lab", "converge", "--limit", "pool_mirror")
    assert {ring: patched.served(ring) for ring in RINGS} == before
    assert patched.now in json.loads(patched.site.run(ORIGIN, "package-mirror", "status"))["snapshots"]


def test_rings_are_promoted_in_order_and_not_before_their_day(patched: Patched) -> None:
    assert "test" in patched.pyops("patches", "promote", "early", "--early", code=1)
    patched.pyops("patches", "promote", "test")
    assert "3 days" in patched.pyops("patches", "promote", "early", code=1)


def test_a_promotion_moves_one_ring_only(patched: Patched) -> None:
    before = {ring: patched.served(ring) for ring in RINGS}
    patched.pyops("patches", "promote", "early", "--early")
    after = {ring: patched.served(ring) for ring in RINGS}
    assert (after["test"], after["broad"]) == (before["test"], before["broad"])
    assert len(set(after["early"].values())) == 1
    assert set(after["early"].values()) != set(before["early"].values())


def test_parity_then_has_gaps_with_their_names(patched: Patched) -> None:
    status = patched.json("patches", "status", "--limit", "ring_early")
    cells = {cell["site"]: cell for cell in status["parity"] if cell["ring"] == "early"}
    assert {site: cell["percent"] for site, cell in cells.items()} == dict.fromkeys(SITES, 0)
    assert {gap["cause"] for cell in cells.values() for gap in cell["gaps"]} <= {"outside window", "overdue"}


def test_a_rollout_stops_at_the_first_host_that_fails_and_says_where(patched: Patched) -> None:
    victim = "towcester-directory-01"
    patched.site.run(victim, "sh", "-c", """echo 'DPkg::Pre-Invoke {"false";};' > /etc/apt/apt.conf.d/99broken""")
    try:
        said = patched.pyops("patches", "rollout", code=1)
    finally:
        patched.site.run(victim, "rm", "/etc/apt/apt.conf.d/99broken")
    assert victim in said
    assert "towcester" in said
    versions = patched.versions([name for name in patched.ring("early") if not name.startswith("stratford")])
    assert {v for name, v in versions.items() if name.startswith("banbury")} == {patched.old + NEWER}
    assert versions[victim] == patched.old
    untouched = [name for name in patched.site.names if name.startswith("stratford")]
    assert set(patched.versions(untouched).values()) == {patched.old}


def test_it_resumes_and_touches_the_hosts_of_its_ring_only(patched: Patched) -> None:
    patched.pyops("patches", "rollout")
    assert set(patched.versions(patched.ring("early")).values()) == {patched.old + NEWER}
    assert set(patched.versions(patched.ring("broad")).values()) == {patched.old}
    status = patched.json("patches", "status")
    assert {cell["percent"] for cell in status["parity"] if cell["hosts"]} == {100}
    assert "rollout" not in patched.pyops("patches", "plan"), "nothing is left to do"


def test_a_mirror_that_is_off_is_stood_in_for_and_catches_up(patched: Patched) -> None:
    patched.site.pyops("lab", "off", SECOND)
    try:
        patched.site.run("towcester-application-01", "apt-get", "update", "--quiet", "--error-on=any")
        status = patched.pyops("patches", "status", code=1)
        assert "towcester" in status
        said = patched.pyops("patches", "promote", "broad", "--early", code=1)
        assert SECOND in said or "towcester" in said
    finally:
        patched.site.pyops("lab", "on", SECOND)
    assert len(set(patched.served("broad").values())) == 1


@pytest.mark.parametrize("task", ["Publish the baseline", "Copy the release", "Serve the release"])
def test_a_promotion_that_was_killed_leaves_the_old_or_the_new(patched: Patched, task: str) -> None:
    old = set(patched.served("broad").values())
    command = ["pyops", "-i", str(patched.inventory), "patches", "promote", "broad", "--early"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    assert any(f"TASK [{task}" in line for line in process.stderr), "the promotion came to that task"
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    for host in (ORIGIN, SECOND, THIRD):
        patched.site.run(host, "package-mirror", "verify", "broad")
    seen = set(patched.served("broad").values())
    patched.pyops("patches", "promote", "broad", "--early")
    new = set(patched.served("broad").values())
    assert len(new) == 1
    assert seen <= old | new
    patched.pyops("patches", "promote", "broad", "--to", patched.before, "--early")
    assert set(patched.served("broad").values()) == old, "going back is the same switch"


def test_what_is_tampered_with_is_refused_and_taken_from_another_site(patched: Patched) -> None:
    client, name = "stratford-application-01", f"{PACKAGE}={patched.old}"
    spoil = f"find /srv/packages/public/pool -name '{PACKAGE}_*' -exec sh -c 'printf spoilt >> \"$1\"' _ {{}} \\;"
    patched.site.run(THIRD, "sh", "-c", spoil)
    try:
        broken = patched.site.run(THIRD, "package-mirror", "verify", "broad", check=False)
        assert broken == "", "what it serves is not what was signed"
        patched.site.run(client, "apt-get", "clean")
        words = ["apt-get", "install", "--quiet", "--yes", "--download-only", "--reinstall", name]
        patched.site.run(client, *words)
    finally:
        mend = f"find /srv/packages/public/pool -name '{PACKAGE}_*' -exec sh -c 'truncate -s -6 \"$1\"' _ {{}} \\;"
        patched.site.run(THIRD, "sh", "-c", mend)
    patched.site.run(THIRD, "package-mirror", "verify", "broad")
