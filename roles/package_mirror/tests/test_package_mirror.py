"""The origin as the role makes it: asked over HTTP, as apt and the other mirrors ask it."""

from typing import Any

import pytest
from testinfra.host import Host

from tests.roles.units import due

from .conftest import Mirror

SOURCE = "deb [signed-by=/etc/package-mirror/archive.asc] http://localhost/ test main"
APT = "-o Dir::Etc::SourceList=/run/tried.list -o Dir::Etc::SourceParts=- -o Dir::State::Lists=/run/tried -o Acquire::http::Proxy=DIRECT"


def test_every_ring_begins_with_the_baseline(served: Mirror) -> None:
    state = served.does("status")
    assert {ring: state["suites"][ring]["baseline"] for ring in ("test", "broad_desks")} == dict.fromkeys(
        ("test", "broad_desks"), "2026-11-10"
    )
    assert state["snapshots"] == ["2026-11-10"]
    assert state["packages_mib"] > 0


@pytest.mark.parametrize("suite", ["test", "broad_desks", "security"])
def test_all_that_is_served_is_what_was_signed(served: Mirror, suite: str) -> None:
    assert served.does(f"verify {suite}")["sha256"] == served.does("status")["suites"][suite]["sha256"]


def test_apt_takes_packages_from_it_by_the_archives_key_alone(host: Host) -> None:
    host.check_output("mkdir -p /run/tried/partial")
    host.check_output("echo %s > /run/tried.list", SOURCE)
    host.check_output(f"apt-get {APT} update")
    asked = host.check_output(f"apt-get {APT} --print-uris download gpgv")
    assert asked.startswith("'http://localhost/pool/main/g/gnupg2/gpgv_")
    host.check_output(f"sh -c 'cd /run/tried && apt-get {APT} download gpgv'")
    host.check_output("rm -r /run/tried /run/tried.list")
    assert "/by-hash/SHA512/" in host.check_output("grep by-hash.*200 /var/log/nginx/access.log")


def test_a_release_says_whose_it_is_and_which_baseline(host: Host) -> None:
    lines = host.check_output("cat /srv/packages/public/dists/broad_desks/InRelease").splitlines()
    for line in (
        "Origin: roles",
        "Label: 2026-11-10",
        "Suite: broad_desks",
        "Codename: broad_desks",
        "Acquire-By-Hash: yes",
    ):
        assert line in lines


def test_nobody_can_write_to_it(host: Host) -> None:
    ask = "import urllib.request as u; u.urlopen(u.Request('http://localhost/dists/test/InRelease', b'x'))"
    assert "403: Forbidden" in host.run("python3 -c %s", ask).stderr


def test_the_key_that_signs_is_the_accounts_alone_and_no_agent_keeps_it(host: Host) -> None:
    file = host.file("/etc/package-mirror/signing.asc")
    assert (file.mode, file.user) == (0o600, "package-mirror")
    assert host.check_output("pgrep --uid package-mirror || true") == ""
    assert host.check_output("find /srv/packages/work -mindepth 1") == ""


def test_the_origin_fetches_by_itself_and_follows_nobody(host: Host) -> None:
    host.check_output("systemctl start package-mirror-fetch.service")
    assert host.check_output("systemctl show --property Result --value package-mirror-fetch.service") == "success"
    assert host.service("package-mirror-fetch.timer").is_enabled
    assert host.service("package-mirror-fetch.timer").is_running
    assert not host.service("package-mirror-follow.timer").is_enabled
    assert "only the origin" not in host.check_output("journalctl --unit package-mirror-fetch")


def test_what_was_stopped_or_written_by_hand_is_due(host: Host) -> None:
    timer, other = "package-mirror-fetch.timer", "package-mirror-follow.timer"
    units: list[dict[str, Any]] = [
        {"name": "nginx", "reads": ["/etc/nginx/nginx.conf"]},
        {"name": timer, "reads": [f"/etc/systemd/system/{timer}"]},
        {"name": other, "state": "stopped"},
    ]
    assert due(host, *units) == []
    host.check_output(f"systemctl stop {timer} && systemctl start {other} && touch /etc/nginx/nginx.conf")
    found = due(host, *units)
    host.check_output(f"systemctl start {timer} && systemctl stop {other} && systemctl restart nginx")
    assert found == ["nginx restarted", f"{timer} started", f"{other} stopped"]
    assert due(host, *units) == []


def test_the_origin_copies_nobody(served: Mirror) -> None:
    assert served.refuses("follow") == "package_mirror_origin: none, this mirror is the origin and copies from nobody"


def test_nothing_is_lost_while_all_is_needed(served: Mirror) -> None:
    before = served.does("status")["suites"]
    assert served.does("prune, status")["suites"] == before


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("sleep 60", "sh: no byte for 2 s, it was ended"),
        ("for each in $(seq 30); do sleep 0.1; echo moves > /dev/null; done; echo done", "done"),
    ],
)
def test_a_tool_that_stands_still_is_ended_and_one_that_is_slow_is_not(host: Host, does: str, said: str) -> None:
    program = f"""
from package_mirror.account import become
from package_mirror.child import run
from package_mirror.errors import OutsideFailed
become("package-mirror")
try:
    print(run(["sh", "-c", {does!r}], patience_seconds=2), end="")
except OutsideFailed as error:
    print(error)
"""
    assert host.check_output("env PYTHONPATH=/usr/local/lib/package-mirror python3 -c %s", program) == said
