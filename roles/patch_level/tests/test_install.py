"""Whole runs of the role that install: refused, rehearsed, done, done again, and with a restart of the host."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from testinfra.host import Host

from pyops.engines.ansible import mitogen_strategies

from .mirrors import Mirrors
from .packages import Deb

PLAY = Path(__file__).parents[3] / ".config" / "molecule" / "converge.yml"
UNIT = b"[Service]\nExecStart=/usr/lib/level-service/sleep infinity\n"
SERVICE = {
    "lib/systemd/system/level-service.service": UNIT,
    "usr/lib/level-service/sleep": Path("/bin/sleep").read_bytes(),
}


def level(number: int) -> list[Deb]:
    """Four packages, all at the same version."""
    version = str(number)
    core, held = Deb("level-core", version), Deb("level-held", version)
    tool = Deb("level-tool", version, {"etc/level-tool.conf": f"of version {version}\n".encode()})
    return [core, held, Deb("level-service", version, SERVICE), tool]


class Run:
    """One run of the role with its results; one that restarts the host goes by Ansible's own strategy."""

    def __init__(self, folder: Path, *options: str, is_restarting: bool = False, **arguments: Any) -> None:
        inventory = os.environ["MOLECULE_INVENTORY_FILE"]
        extra = json.dumps({"patch_level_install": True, **arguments})
        command = ["ansible-playbook", f"--inventory={inventory}", f"--extra-vars={extra}", *options, str(PLAY)]
        environment = {**os.environ, "PYOPS_RESULTS": str(folder / "results.jsonl")}
        if not is_restarting and (strategies := mitogen_strategies()):
            environment |= {"ANSIBLE_STRATEGY_PLUGINS": str(strategies), "ANSIBLE_STRATEGY": "mitogen_linear"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        self.said = " ".join((done.stdout + done.stderr).split())
        self.is_good = done.returncode == 0
        lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
        self.changed = [line["task"] for line in map(json.loads, lines) if line["changed"]]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Run]:
    return lambda *options, **arguments: Run(tmp_path, *options, **arguments)


def opened(host: Host) -> dict[str, Any]:
    """A window that opened an hour ago by the host's own clock."""
    hour_ago = datetime.fromisoformat(host.check_output("date +%Y-%m-%dT%H:%M")) - timedelta(hours=1)
    return {"day": f"{hour_ago:%A}".lower(), "start": f"{hour_ago:%H:%M}", "minutes": 180}


def closed(host: Host) -> dict[str, Any]:
    return {**opened(host), "minutes": 30}


def versions(host: Host) -> dict[str, str]:
    lines = host.check_output("dpkg-query --show --showformat '${Package} ${Version}\n' 'level-*'").splitlines()
    return dict(line.split() for line in lines)


@pytest.fixture(scope="module", autouse=True)
def behind(host: Host, served: Mirrors) -> Iterator[None]:
    """The host is at the first level, with a local edit, a hold that nobody planned and a service that runs; then the second is served."""
    served.publish(*level(1))
    served.start()
    host.check_output("dpkg --install /srv/mirror/pool/*.deb")
    host.check_output("echo of this host > /etc/level-tool.conf")
    host.check_output("systemctl start level-service")
    host.check_output("apt-mark hold level-tool")
    served.publish(*level(2), day=1)
    yield
    host.run("systemctl stop level-service")


@pytest.fixture(scope="module")
def installed(host: Host, behind: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run within the window."""
    return Run(tmp_path_factory.mktemp("run"), patch_level_window=opened(host))


def test_outside_its_window_nothing_is_installed(host: Host, run: Callable[..., Run]) -> None:
    done = run(patch_level_window=closed(host))
    assert not done.is_good
    assert "role-patch-level: its clock says " in done.said
    assert ", the next window opens on " in done.said
    assert set(versions(host).values()) == {"1"}
    assert not host.file("/var/lib/pyops/patched").exists


def test_a_dry_run_names_what_would_be_installed_and_changes_nothing(host: Host, run: Callable[..., Run]) -> None:
    before = host.check_output("sha256sum /var/lib/dpkg/status")
    done = run("--check", "--diff", patch_level_window=closed(host))
    assert done.is_good, done.said
    assert done.changed == ["Install what brings the host to its level", "Record what was done"]
    assert host.check_output("sha256sum /var/lib/dpkg/status") == before


def test_packages_come_to_the_level_but_for_the_held_one(host: Host, installed: Run) -> None:
    assert installed.is_good, installed.said
    assert versions(host) == {"level-core": "2", "level-held": "1", "level-service": "2", "level-tool": "2"}


def test_a_local_configuration_stays(host: Host, installed: Run) -> None:
    assert host.file("/etc/level-tool.conf").content_string == "of this host\n"


def test_a_service_runs_what_is_installed(host: Host, installed: Run) -> None:
    main = host.check_output("systemctl show --property MainPID --value level-service")
    assert host.check_output("readlink /proc/%s/exe", main) == "/usr/lib/level-service/sleep"


def test_what_was_done_is_recorded(host: Host, installed: Run) -> None:
    record = json.loads(host.file("/var/lib/pyops/patched").content_string)
    assert datetime.fromisoformat(record.pop("at")).tzinfo is not None
    assert record.pop("release") == host.check_output("sha256sum < /srv/mirror/dists/test/InRelease").split()[0]
    changed = ("level-core", "level-service", "level-tool")
    packages = [{"package": name, "before": "1", "after": "2"} for name in changed]
    assert sorted(record.pop("packages"), key=lambda change: change["package"]) == packages
    assert record == {"ring": "test", "restarted": ["level-service.service"], "reason": ""}


def test_only_planned_holds_are_left_and_one_of_another_version_does_not_hold(host: Host, installed: Run) -> None:
    assert host.check_output("apt-mark showhold").split() == ["level-held", "netcat-openbsd"]


def test_words_from_outside_stay_on_their_line(host: Host, installed: Run) -> None:
    text = host.file("/etc/apt/preferences.d/patch_level").content_string
    assert [line for line in text.splitlines() if line.startswith("Package: ")] == [
        "Package: *",
        "Package: level-held",
        "Package: netcat-openbsd",
    ]
    assert text.count("\n") == len(text.splitlines())
    assert "Candidate: 1\n" in host.check_output("apt-cache policy level-held")


def test_a_second_run_changes_nothing(host: Host, installed: Run, run: Callable[..., Run]) -> None:
    record = host.check_output("stat --format %%Z /var/lib/pyops/patched")
    done = run(patch_level_window=opened(host))
    assert done.is_good, done.said
    assert done.changed == []
    assert host.check_output("stat --format %%Z /var/lib/pyops/patched") == record


def test_a_run_that_fails_half_way_leaves_the_need_for_a_restart_behind(
    host: Host, mirrors: Mirrors, run: Callable[..., Run]
) -> None:
    core, *_, tool = level(3)
    mirrors.publish(core, replace(tool, after="exit 1"), day=2)
    record = host.check_output("cat /var/lib/pyops/patched")
    done = run(patch_level_window=opened(host), patch_level_host_packages=["level-co.*"])
    assert not done.is_good
    assert host.file("/run/reboot-required").exists
    assert host.check_output("cat /var/lib/pyops/patched") == record


def test_a_host_restarts_after_what_needs_it(host: Host, mirrors: Mirrors, run: Callable[..., Run]) -> None:
    mirrors.publish(*level(4), day=3)
    host.check_output("dpkg --force-confold --install /srv/mirror/pool/level-tool_4.deb")
    booted = host.check_output("cat /proc/sys/kernel/random/boot_id")
    words = {"patch_level_window": closed(host), "patch_level_outside_window": "the fix could not wait"}
    done = run(is_restarting=True, patch_level_host_packages=["level-co.*"], **words)
    mirrors.close()  # they went with the host
    assert done.is_good, done.said
    assert host.check_output("cat /proc/sys/kernel/random/boot_id") != booted
    assert not host.file("/run/reboot-required").exists
    record = json.loads(host.file("/var/lib/pyops/patched").content_string)
    assert (record["restarted"], record["reason"]) == ("host", "the fix could not wait")
