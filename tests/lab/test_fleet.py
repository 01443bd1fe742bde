"""The fleet read over the lab's real hosts: each is broken in its own way, and `pyops fleet` says what it is."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pyops.cli.fleet_access import database
from pyops.fleet.store import Store
from pyops.lab import credentials, ssh
from tests.patches.publishing import Signer, Site

from .conftest import INVENTORY, Site3, pyops, ran

pytestmark = pytest.mark.lab

OFF, SWAPPED, HUNG, SLOW, CUT = (
    "cdc-d0001",
    "stratford-directory-01",
    "banbury-directory-01",
    "stratford-control-01",
    "towcester-directory-01",
)
FULL, HALF, KILLED, AHEAD, EXTRA = (
    "stratford-application-01",
    "towcester-application-01",
    "banbury-application-01",
    "towcester-control-01",
    "banbury-control-01",
)
LISTED, JUMP = "snc-d0001", "banbury-router-01"
"""Nothing is wrong with these."""

INSTALL = """
cd "$(mktemp -d)" && mkdir -p tree/DEBIAN && cat >tree/DEBIAN/control
printf '#!/bin/sh\\n%s\\n' "$1" >tree/DEBIAN/postinst && chmod 755 tree/DEBIAN/postinst
dpkg-deb --build --root-owner-group tree made.deb && dpkg --install made.deb
rm -r "$PWD"
"""
"""Builds a package on a host and installs it, come of it what may."""


@dataclass(frozen=True)
class Breaking:
    """Breaks hosts, and keeps what puts them right again."""

    site: Site3
    undo: ExitStack

    def run(self, host: str, script: str, *words: str, stdin: str | None = None) -> str:
        return self.site.run(host, "sh", "-c", script, "sh", *words, stdin=stdin)

    def until(self, host: str, script: str) -> None:
        """What will put a host right."""
        self.undo.callback(self.run, host, script)

    def program(self, host: str, name: str, script: str) -> None:
        """A program that the host finds before Debian's own of that name."""
        path = f"/usr/local/sbin/{name}"
        self.until(host, f"rm {path}")
        self.run(host, f"cat >{path} && chmod 755 {path}", stdin=f"#!/bin/sh\n{script}\n")

    def package(self, host: str, name: str, when_configured: str = "") -> None:
        """A package that no mirror has; `when_configured` is what its postinst does."""
        control = f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: Nobody\nDescription: for a test\n"
        self.until(host, f"dpkg --purge --force-all {name}")
        self.run(host, INSTALL, when_configured, stdin=control)


def off(broken: Breaking) -> None:
    broken.site.pyops("lab", "off", OFF)

    def on() -> None:
        broken.site.pyops("lab", "on", OFF)
        ssh.wait_for_ssh(broken.site.lab, [OFF], 60)

    broken.undo.callback(on)


def swapped(broken: Breaking) -> None:
    """The host has made itself a new key, and nobody told us."""
    key, mine = "/etc/ssh/ssh_host_ed25519_key", "/root/kept"
    broken.until(SWAPPED, f"mv {mine} {key} && mv {mine}.pub {key}.pub && systemctl restart ssh")
    make = f"ssh-keygen -q -t ed25519 -N '' -f {key}"
    broken.run(SWAPPED, f"mv {key} {mine} && mv {key}.pub {mine}.pub && {make} && systemctl restart ssh")


def hung(broken: Breaking) -> None:
    """Its kernel takes the call, and sshd never picks it up."""
    broken.until(HUNG, "systemctl kill --signal=CONT ssh")
    broken.run(HUNG, "systemctl kill --signal=STOP ssh")


def slow(broken: Breaking) -> None:
    """A disk that does not answer: df waits for it."""
    broken.program(SLOW, "df", "exec sleep 60")


def cut(broken: Breaking) -> None:
    """The shell is killed half-way through its answer, as a machine without memory does."""
    broken.program(CUT, "df", 'kill -9 "$PPID"')


def full(broken: Breaking) -> None:
    """A file system of 4 MiB that one file has filled; of overlay, as it would not count if it were memory."""
    broken.until(FULL, "umount /srv/full/top /srv/full && rmdir /srv/full")
    broken.run(
        FULL,
        "mkdir -p /srv/full && mount -t tmpfs -o size=4M none /srv/full && cd /srv/full && mkdir low up work top"
        " && mount -t overlay -o lowerdir=low,upperdir=up,workdir=work overlay top"
        " && ! dd if=/dev/zero of=top/file bs=64k 2>/dev/null",
    )


def half(broken: Breaking) -> None:
    broken.package(HALF, "lab-stubborn", "exit 1")


def killed(broken: Breaking) -> None:
    """dpkg is killed while it sets a package up: what it was about to note stays in its journal of updates."""
    broken.package(KILLED, "lab-deadly", 'kill -9 "$PPID"')


def ahead(broken: Breaking) -> None:
    """Hosts of a lab share the machine's clock: this one's `date` says what a clock that is off would say."""
    broken.program(AHEAD, "date", "exec /usr/bin/date --date '+1 day' \"$@\"")


def extra(broken: Breaking) -> None:
    """A package that no mirror carries, and one that the host keeps as it is."""
    for name in ("lab-foreign", "lab-held"):
        broken.package(EXTRA, name)
    broken.run(EXTRA, "apt-mark hold lab-held")


FAULTS: tuple[Callable[[Breaking], None], ...] = (off, swapped, hung, slow, cut, full, half, killed, ahead, extra)


def fleet(*arguments: str) -> Any:
    """What `pyops fleet` prints as JSON; 1 means that hosts were silent."""
    done = pyops("-i", str(INVENTORY), "fleet", *arguments, "--json", check=False)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def fingerprint(key: str) -> str:
    """As ssh-keygen tells a public key."""
    done = subprocess.run(["ssh-keygen", "-lf", "-"], input=key, capture_output=True, text=True, check=True)
    return done.stdout.split()[1]


@pytest.fixture(scope="module")
def hosts(three_sites: Site3) -> Iterator[Site3]:
    """The lab with every host answering, and after it as it was before."""
    before = fleet("scan")
    assert before["silent"] == []
    yield three_sites
    after = fleet("scan")
    assert (after["silent"], after["wanting"]) == ([], before["wanting"])


@dataclass(frozen=True)
class Scanned:
    """What one scan said while the hosts were broken."""

    asked: int
    answered: int
    silent: dict[str, tuple[str, str]]
    """The reason and the detail."""
    wanting: dict[str, list[str]]
    shown: str
    """The same for people."""
    new_key: str
    """The fingerprint of the key that a host had made itself."""


@pytest.fixture(scope="module")
def scanned(hosts: Site3) -> Iterator[Scanned]:
    """One scan of all hosts, ten of them broken each in its own way."""
    with ExitStack() as undo:
        broken = Breaking(hosts, undo)
        for fault in FAULTS:
            fault(broken)
        found = fleet("scan", "--deadline", "4")
        shown = hosts.pyops("fleet", "scan", "--deadline", "4", check=False).stdout
        new_key = fingerprint(hosts.run(SWAPPED, "cat", "/etc/ssh/ssh_host_ed25519_key.pub"))
        silent = {one["host"]: (one["reason"], one["detail"]) for one in found["silent"]}
        wanting = {one["host"]: one["words"] for one in found["wanting"]}
        yield Scanned(found["asked"], found["answered"], silent, wanting, shown, new_key)


def test_a_host_without_a_known_key_or_that_lets_us_not_in_is_told_as_such(hosts: Site3, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").touch()

    unknown = fleet("scan", "--limit", LISTED, "--known-hosts", str(tmp_path / "known_hosts"))
    refused = fleet("scan", "--limit", LISTED, "--user", "root")
    again = fleet("scan", "--limit", LISTED)

    assert [one["reason"] for one in unknown["silent"]] == ["unknown host key"]
    assert [one["reason"] for one in refused["silent"]] == ["authentication refused"]
    assert again["silent"] == []


def test_packages_are_listed_again_only_when_dpkgs_state_is_another(hosts: Site3) -> None:
    def listed() -> int:
        return int(hosts.run(LISTED, "sh", "-c", "cat /tmp/asked 2>/dev/null | wc -l"))

    with ExitStack() as undo:
        broken = Breaking(hosts, undo)
        broken.until(LISTED, "rm -f /tmp/asked")
        broken.program(LISTED, "dpkg-query", 'echo once >>/tmp/asked; exec /usr/bin/dpkg-query "$@"')
        fleet("scan", "--limit", LISTED)
        assert (listed(), len(fleet("show", LISTED)["facts"]["packages"]) > 100) == (0, True)

        broken.package(LISTED, "lab-new")
        fleet("scan", "--limit", LISTED)
        assert (listed(), fleet("show", LISTED)["facts"]["packages"]["lab-new"]["version"]) == (1, "1")

        fleet("scan", "--limit", LISTED, "--anew")
        assert listed() == 2
    fleet("scan", "--limit", LISTED)


def test_hosts_are_read_through_one_of_them_that_forwards(hosts: Site3) -> None:
    """From within the lab's namespace, where a host's address can be called, and is called for the jump alone."""
    allowed = "/etc/ssh/sshd_config.d/0-allowed.conf"
    inside = ["ip", "netns", "exec", hosts.lab.namespace, "pyops", "-i", str(INVENTORY), "fleet", "scan", "--json"]
    with ExitStack() as undo:
        broken = Breaking(hosts, undo)
        broken.until(JUMP, f"rm {allowed} && systemctl reload ssh")
        broken.run(JUMP, f"echo AllowTcpForwarding yes >{allowed} && systemctl reload ssh")
        done = ran([*inside, "--limit", "site_banbury", "--jump", JUMP], check=False)

    found = json.loads(done.stdout)
    assert (found["silent"], found["answered"] > 3) == ([], True)


def test_who_does_not_answer_is_silent_for_the_reason_that_is_true_of_it(scanned: Scanned, hosts: Site3) -> None:
    known = credentials.known_host_key(hosts.lab, SWAPPED)
    assert known
    details = {host: detail for host, (_, detail) in scanned.silent.items()}

    assert {host: reason for host, (reason, _) in scanned.silent.items()} == {
        OFF: "unreachable",
        HUNG: "unreachable",
        SWAPPED: "wrong host key",
        SLOW: "deadline passed",
        CUT: "unreadable answer",
    }
    assert details[OFF] == details[HUNG] == "no answer within 5 s"
    assert details[SWAPPED] == f"shows {scanned.new_key}, known is {fingerprint(known)}"
    assert details[SLOW].startswith("while it answered (")
    assert details[SLOW].endswith(" after 4 s")
    assert details[CUT].startswith("cut off after ")


def test_who_answers_and_wants_something_is_read_and_says_what(scanned: Scanned) -> None:
    assert scanned.answered == scanned.asked - 5
    assert {host: [word for word in words if "clock" not in word] for host, words in scanned.wanting.items()} == {
        FULL: ["/srv/full/top is full (100 %)"],
        HALF: ["dpkg is broken: lab-stubborn is iF"],
        KILLED: ["dpkg is broken: a run of it was interrupted, lab-deadly is iF"],
        AHEAD: [],
    }
    ((clock),) = scanned.wanting[AHEAD]
    assert 86_390 < float(clock.removeprefix("clock is off by +").removesuffix(" s").replace(",", "")) < 86_410


def test_people_are_shown_the_same(scanned: Scanned) -> None:
    lines = scanned.shown.splitlines()
    for host, (reason, _) in scanned.silent.items():
        assert [line for line in lines if host in line and reason in line]
    for host in scanned.wanting:
        assert [line for line in lines if line.startswith(host)]


def test_what_is_foreign_or_held_is_found_by_asking(scanned: Scanned) -> None:
    foreign, held, broken = (fleet("query", *asked) for asked in (("--package", "lab-*"), ("--held",), ("--broken",)))

    assert [(one["host"], one["words"]) for one in foreign["matches"]] == [(EXTRA, ["lab-foreign 1, lab-held 1"])]
    assert {one["host"]: one["words"] for one in held["matches"]}[EXTRA] == ["lab-held 1"]
    assert {one["host"] for one in broken["matches"]} == {HALF, KILLED}
    assert {one["host"] for one in foreign["silent"]} == set(scanned.silent)


@pytest.fixture(scope="module")
def mirror(hosts: Site3, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A mirror whose rings carry what hosts in order have, and something newer than what one of them will keep."""
    with Store(database(hosts.estate)) as store:
        facts = [latest.facts for latest in store.latest().values() if latest.facts]
    ring = {(p.name, p.version) for one in facts for p in (one.packages or {}).values() if p.name[:4] != "lab-"}
    ring |= {("lab-stubborn", "1"), ("lab-deadly", "1"), ("lab-held", "2")}
    listed = "".join(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nFilename: none\nSize: 0\nSHA256: {'0' * 64}\n\n"
        for name, version in sorted(ring)
    )
    made = Site(tmp_path_factory.mktemp("mirror"), Signer(tmp_path_factory.mktemp("signer") / "home").make())
    for name in hosts.estate.patches.rings:
        made.publish_list(name, listed)
    return made


def test_patch_status_judges_each_host_by_what_it_said(mirror: Site, scanned: Scanned, hosts: Site3) -> None:
    words = ("--mirror", str(mirror.folder), "--signed-by", str(mirror.signer.public), "--json")
    done = hosts.pyops("patches", "status", *words, check=False)
    found = {one["host"]: one for one in json.loads(done.stdout)["hosts"]}
    causes = {host: {gap["cause"] for gap in one["gaps"]} for host, one in found.items() if one["gaps"]}

    assert done.returncode == 1
    assert causes == {
        **{host: {"offline"} for host in scanned.silent},
        HALF: {"dpkg broken"},
        KILLED: {"dpkg broken"},
        EXTRA: {"held without leave", "foreign"},
    }
    assert {found[host]["state"] for host in scanned.silent} == {"unknown"}
    assert {found[host]["behind"] for host in scanned.silent} == {None}
    assert {found[host]["state"] for host in (HALF, KILLED, EXTRA)} == {"behind"}
    assert {one["state"] for host, one in found.items() if host not in causes} == {"aligned"}
    assert found[FULL]["notices"] == ["full: /srv/full/top (100 %)"]
    assert found[AHEAD]["notices"][0].startswith("its clock is 1 day")
