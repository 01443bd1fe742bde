"""What the role finds before it installs: the window by the host's own clock, dpkg's state, the disk, and the level."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from testinfra.host import Host

from .mirrors import Mirrors
from .packages import Deb

TOOL = Deb("level-tool", "1")
Plan = Callable[..., list[str]]


def clock(host: Host) -> datetime:
    return datetime.fromisoformat(host.check_output("date +%Y-%m-%dT%H:%M"))


def window(opens: datetime, minutes: int) -> list[str]:
    return ["test", "100", f"{opens:%A}".lower(), f"{opens:%H:%M}", str(minutes)]


def install(host: Host, mirrors: Mirrors, *debs: Deb) -> None:
    mirrors.publish(*debs)
    host.check_output("dpkg --install /srv/mirror/pool/*.deb")


@pytest.fixture(scope="module", autouse=True)
def level(served: Mirrors) -> None:
    """Something is served, whatever it is."""
    served.publish(TOOL)
    served.start()


@pytest.mark.parametrize("began_minutes_ago", [1, 30, 2000, 5 * 1440])
def test_a_window_that_has_opened_is_open_even_past_midnights(host: Host, plan: Plan, began_minutes_ago: int) -> None:
    opened = clock(host) - timedelta(minutes=began_minutes_ago)
    assert [line for line in plan(*window(opened, began_minutes_ago + 10)) if line.startswith("refused ")] == []


@pytest.mark.parametrize("ago", [timedelta(minutes=90), timedelta(days=1), timedelta(days=-2), timedelta(hours=-5)])
def test_outside_its_window_a_host_says_its_clock_and_when_the_next_one_opens(
    host: Host, plan: Plan, ago: timedelta
) -> None:
    now = clock(host)
    opens = now - ago
    upcoming = opens + timedelta(days=7) if opens < now else opens
    (refused,) = plan(*window(opens, 60))
    assert refused.startswith(f"refused its clock says {now:%A} {now.day} {now:%B %Y %H:}")
    assert refused.endswith(f"opens on {upcoming:%A} {upcoming.day} {upcoming:%B %Y} at {opens:%H:%M} for 60 minutes")


def test_a_package_that_dpkg_has_not_finished_is_not_mended_in_silence(
    host: Host, mirrors: Mirrors, plan: Plan
) -> None:
    mirrors.publish(Deb("level-broken", "1", after="exit 1"))
    assert host.run("dpkg --install /srv/mirror/pool/level-broken_1.deb").rc == 1
    try:
        assert plan() == ["refused dpkg has not finished level-broken, that is to be mended by hand first"]
    finally:
        host.check_output("dpkg --purge --force-all level-broken")


def test_an_interrupted_dpkg_is_not_mended_in_silence(host: Host, plan: Plan) -> None:
    host.check_output("touch /var/lib/dpkg/updates/0001")
    try:
        assert plan() == ["refused a run of dpkg was interrupted, that is to be mended by hand first"]
    finally:
        host.check_output("rm /var/lib/dpkg/updates/0001")


def test_what_would_fill_the_disk_is_not_begun(host: Host, mirrors: Mirrors, plan: Plan) -> None:
    install(host, mirrors, TOOL)
    mirrors.publish(Deb("level-tool", "2"))
    change, refused = plan("test", "99999999")
    assert change == "change level-tool 1 2"
    assert refused.endswith(" MiB are free, 1 MiB are needed and 99999999 MiB must stay free")
    assert plan() == [change]


def test_a_ring_that_was_taken_back_is_seen_although_apt_remembers_the_newer_one(
    host: Host, mirrors: Mirrors, plan: Plan
) -> None:
    install(host, mirrors, TOOL)
    mirrors.publish(Deb("level-tool", "3"), day=3)
    host.check_output("apt-get update")
    assert plan() == ["change level-tool 1 3"]
    mirrors.publish(Deb("level-tool", "2"), day=2)
    host.check_output("apt-get update")
    assert "Candidate: 3" in host.check_output("apt-cache policy level-tool")
    assert plan() == ["change level-tool 1 2"]


def test_what_leaves_and_what_comes_is_named(host: Host, mirrors: Mirrors, plan: Plan) -> None:
    install(host, mirrors, TOOL, Deb("level-held", "1"))
    tool = Deb("level-tool", "2", fields="Depends: level-core\nConflicts: level-held")
    mirrors.publish(tool, Deb("level-core", "1"), Deb("level-held", "1"))
    assert sorted(plan()) == ["change level-core - 1", "change level-held 1 -", "change level-tool 1 2"]
    host.check_output("dpkg --purge level-held")


def test_a_level_that_no_mirror_gives_is_said_to_be_missing(mirrors: Mirrors, plan: Plan) -> None:
    mirrors.close()
    (refused,) = plan()
    assert refused.startswith("refused no mirror gives it the ring test: ")


def test_a_restart_that_is_due_is_found(host: Host, mirrors: Mirrors, plan: Plan) -> None:
    host.check_output("touch /run/reboot-required")
    try:
        assert "restart" in plan()
    finally:
        host.check_output("rm /run/reboot-required")
