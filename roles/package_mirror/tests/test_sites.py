"""A second site's mirror: whatever happens to it, what it serves is whole, and the next run completes what one began."""

import json
from typing import Any

import pytest
from testinfra.host import Host

from .conftest import SERVER, TOP, Mirror, Tried

KILLED = """
for delay in 0.03 0.06 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.5 0.6 0.8; do
    {command} follow > /dev/null 2>&1 &
    sleep $delay
    kill -9 $! 2> /dev/null && echo -n 'killed '
    wait $!
    for link in $(find {root}/public/dists -type l); do
        suite=$(basename $link)
        {command} verify $suite > /dev/null || echo -n "half:$suite "
        cmp -s $link/InRelease /srv/packages/public/dists/$suite/InRelease || echo -n "other:$suite "
    done
    [ ! -e {root}/public/dists/broad_desks ] || break
done
"""


@pytest.fixture(scope="module")
def second(tried: Tried) -> Mirror:
    return tried.mirror("second", origin="http://localhost")


def test_one_that_is_killed_at_any_point_serves_nothing_by_half_and_is_completed(
    host: Host, served: Mirror, second: Mirror
) -> None:
    said = host.check_output("bash -c %s", KILLED.format(command=second.command, root=second.root)).split()
    assert len(said) >= 3
    assert set(said) == {"killed"}
    second.does("follow, verify test, verify broad_desks, verify security")
    for suite in ("test", "broad_desks", "security"):
        assert second.served(suite) == served.served(suite)
    assert host.check_output(f"find {second.root}/work -mindepth 1") == ""
    assert host.check_output(f"find {second.root} ! -user package-mirror") == ""


def test_one_that_has_all_fetches_nothing(second: Mirror, served: Mirror) -> None:
    assert second.does("follow") == {"switched": []}
    assert second.does(f"copy test {served.served('test')}")["added"] == 0


def test_two_at_once_wait_for_each_other_or_are_refused(host: Host, second: Mirror) -> None:
    held = f'echo -n "copy (process 7, since 22:00:00)" > {second.root}/lock; sleep 3'
    host.check_output("systemd-run --quiet flock %s sh -c %s", f"{second.root}/lock", held)
    rule = "copy (process 7, since 22:00:00) is at work, one run at a time: try again when it is done"
    assert second.refuses("--wait 0 follow") == f"{second.root}/lock: {rule}"
    assert second.does("--wait 20 follow") == {"switched": []}


def test_what_would_not_leave_the_reserve_is_not_begun(host: Host, tried: Tried, served: Mirror) -> None:
    host.check_output(f"mkdir {TOP}/small && mount -t tmpfs -o size=30m,mode=755 tmpfs {TOP}/small")
    small = tried.mirror("small", origin="http://localhost", reserve_mib=10)
    needed = served.does("verify test")["packages_mib"] + 1
    said = small.refuses(f"copy test {served.served('test')}")
    # Of the 30 some are the lists' already, more or fewer as there are packages.
    free = int(said.partition("needed and ")[2].partition(" ")[0])
    assert 25 < free < 30
    rule = f"10 MiB must stay free: {needed + 10 - free} MiB are missing"
    assert said == f"{small.root}/work: {needed} MiB are needed and {free} MiB are free, {rule}"
    assert host.check_output(f"find {small.root}/public/pool -type f") == ""


def test_a_full_disk_is_told_in_words_and_serves_nothing_new(host: Host, tried: Tried, served: Mirror) -> None:
    """Its last inodes are gone: what no reserve foresees."""
    host.check_output(f"mkdir {TOP}/full && mount -t tmpfs -o size=900m,nr_inodes=60,mode=755 tmpfs {TOP}/full")
    full = tried.mirror("full", origin="http://localhost", reserve_mib=0)
    assert "No space left on device, the system must allow it" in full.refuses(f"copy test {served.served('test')}")
    assert full.does("status")["suites"] == {}


def test_an_origin_that_says_nothing_is_not_waited_for(
    host: Host, second: Mirror, tried: Tried, served: Mirror
) -> None:
    host.check_output("systemd-run --quiet --unit silent nc -l -k 127.0.0.1 8082")
    silent = tried.mirror("second", origin="http://127.0.0.1:8082", patience_seconds=1)
    said = silent.refuses(f"copy test {served.served('test')}")
    host.check_output("systemctl stop silent")
    assert said.startswith("http://127.0.0.1:8082/dists/test.")
    assert said.endswith("/InRelease: no byte for 1 s, the server must answer")
    assert "Connection refused, the server must answer" in silent.refuses("follow")
    assert second.does("verify test")["sha256"] == served.served("test")


CRAFTED: dict[str, tuple[dict[str, Any], str]] = {
    "signed by another key": (
        {"key": "stranger"},
        "{place}/InRelease: is signed by another key, only the planned one counts",
    ),
    "another suite": (
        {"fields": {"Suite": "early", "Codename": "early"}},
        "{place}/InRelease: is signed for early or early, asked was test",
    ),
    "no longer valid": (
        {"fields": {"Valid-Until": "Sat, 01 Nov 2025 00:00:00 UTC"}},
        "{place}/InRelease: was valid until Sat, 01 Nov 2025 00:00:00 UTC, an old release is no longer taken",
    ),
    "words behind the signature": (
        {"after": f"\nSHA256:\n {'a' * 64} 0 x\n"},
        "{place}/InRelease: has words that nobody signed, only what is signed is taken",
    ),
    "words before what is signed": (
        {"before": "Label: another\n"},
        "{place}/InRelease: has words that nobody signed, only what is signed is taken",
    ),
    "a path that leads out": (
        {"path": "pool/../../../etc/cron.d/one"},
        "{index}: 'pool/../../../etc/cron.d/one', a path must stay within the mirror",
    ),
    "a path that is absolute": (
        {"path": "/etc/cron.d/one"},
        "{index}: '/etc/cron.d/one', a path must stay within the mirror",
    ),
    "a path that is no package's": ({"path": "dists/test"}, "{index}: 'dists/test', packages are in the pool"),
}


@pytest.fixture(scope="module")
def good(tried: Tried) -> str:
    """A mirror of a crafted archive, and the hash of the release that it serves."""
    digest, _ = tried.archive("crafted", "test", packages={"one": "1.0"}, named=True)
    mirror = tried.mirror("victim", origin=f"{SERVER}/crafted", reserve_mib=0)
    mirror.does(f"copy test {digest}, switch test {digest}")
    tried.keep("crafted", "victim", "victim.json")
    return digest


@pytest.fixture
def victim(good: str, tried: Tried, host: Host) -> Mirror:
    tried.restore()
    return Mirror(host, "victim")


@pytest.mark.parametrize("case", CRAFTED)
def test_what_is_not_to_be_believed_is_refused_and_the_old_release_stays(
    tried: Tried, victim: Mirror, good: str, case: str
) -> None:
    asked, said = CRAFTED[case]
    digest, index = tried.archive("crafted", "test", **{"packages": {"one": "2.0"}, "named": True, **asked})
    place = f"{SERVER}/crafted/dists/test.{digest[:16]}"
    expected = said.format(place=place, index=f"{victim.root}/public/by-hash/SHA256/{index}")
    assert victim.refuses(f"copy test {digest}") == expected
    assert victim.does("verify test")["sha256"] == good


TAMPERED = {
    "its signed text": ("dists/test.{short}/InRelease", "s/^Label: .*/Label: other/", "has the SHA-256 "),
    "an index": (
        "dists/test.{short}/main/binary-amd64/Packages",
        "s/^Description: one/Description: two/",
        "is not what ",
    ),
    "an index that grew": (
        "dists/test.{short}/main/binary-amd64/Packages",
        "s/^Desc/Desccc/",
        "is longer than it may be ",
    ),
    "a package": ("pool/one_2.0_amd64.deb", "s/debian-binary/debian-binarx/", "is not what the signed index says"),
    "a package that is cut": ("pool/one_2.0_amd64.deb", "$d", "is not what the signed index says"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_what_was_tampered_with_on_its_way_is_refused_and_the_old_release_stays(
    tried: Tried, victim: Mirror, good: str, case: str
) -> None:
    path, change, said = TAMPERED[case]
    digest, _ = tried.archive("crafted", "test", packages={"one": "2.0"}, named=True)
    file = path.format(short=digest[:16])
    victim.host.check_output(f"env LC_ALL=C sed -i %s {TOP}/crafted/{file}", change)
    refused = victim.refuses(f"copy test {digest}")
    assert refused.startswith(f"{SERVER}/crafted/{file}: ")
    assert said in refused
    assert victim.does("verify test")["sha256"] == good


def test_what_is_not_there_whole_cannot_be_served(victim: Mirror, good: str) -> None:
    place = f"{victim.root}/public/dists/test.{'7' * 16}"
    rule = "is not there, a release is copied or published before it is served"
    assert victim.refuses(f"switch test {'7' * 64}") == f"{place}: {rule}"
    assert victim.served("test") == good


def test_a_package_that_is_changed_on_the_mirror_itself_is_found(host: Host, victim: Mirror, good: str) -> None:
    file = f"{victim.root}/public/pool/one_1.0_amd64.deb"
    host.check_output(f"sed -i s/debian-binary/debian-binarx/ {file}")
    assert victim.refuses("verify test").startswith(f"{file}: ")
    host.check_output(f"rm {file}")
    assert victim.refuses("verify test") == f"{file}: is not there, the served release names it"
    assert victim.does(f"copy test {good}")["added"] == 1
    assert victim.does("verify test")["packages"] == 1


def test_a_published_file_never_gets_other_bytes(tried: Tried, host: Host, victim: Mirror) -> None:
    """The same version, built again."""
    host.check_output(f"rm {TOP}/crafted/pool/one_1.0_amd64.deb")
    digest, _ = tried.archive("crafted", "test", packages={"one": "1.0"}, named=True)
    assert victim.refuses(f"copy test {digest}").startswith(f"{victim.root}/public/pool/one_1.0_amd64.deb: ")
    assert victim.does("verify test")["packages"] == 1


def test_settings_that_are_none_are_told_in_words(host: Host, tried: Tried) -> None:
    broken = tried.mirror("broken")
    host.check_output(f"echo %s > {broken.root}.json", json.dumps({"root": "/none"}))
    assert broken.refuses("status") == f"{broken.root}.json: 'sources', the settings are as the role writes them"
