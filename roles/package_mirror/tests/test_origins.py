"""An origin with a small upstream, and a mirror that copies it: baselines, promotion, going back, and what upstream may do."""

from typing import Any

import pytest
from testinfra.host import Host

from .conftest import SERVER, TOP, Mirror, Tried, upstream

SOURCES = [
    {"name": name, "uri": f"{SERVER}/upstream", "suite": suite, "components": ["main"]}
    for name, suite in (("packages", "bookworm"), ("security", "bookworm-security"))
]
ORIGIN: dict[str, Any] = {
    "origin": "",
    "sources": SOURCES,
    "upstream_key": f"{TOP}/upstream.asc",
    "signing_key": "/etc/package-mirror/signing.asc",
    "keep": 2,
    "reserve_mib": 0,
}


@pytest.fixture(scope="module")
def first(tried: Tried) -> str:
    """An origin with a first baseline, which both rings carry, and a mirror that serves the same; the hash of the ring `test`."""
    one = tried.mirror("origin", **ORIGIN)
    verbs = "fetch, snapshot first, publish broad_desks first --switch, publish test first --switch"
    made: str = one.does(verbs, upstream({"one": "1.0", "two": "1.0"}))["sha256"]
    tried.mirror("copy", origin=f"{SERVER}/origin/public", keep=2, reserve_mib=0).does("follow")
    tried.keep("upstream", "origin", "origin.json", "copy", "copy.json")
    return made


@pytest.fixture
def origin(first: str, tried: Tried, host: Host) -> Mirror:
    tried.restore()
    return Mirror(host, "origin")


@pytest.fixture
def copy(origin: Mirror) -> Mirror:
    return Mirror(origin.host, "copy")


def makes(origin: Mirror, baseline: str, packages: dict[str, str], fixes: dict[str, str] | None = None) -> str:
    """A further baseline of what upstream has then, published for the ring `test`; the hash of its release."""
    verbs = f"fetch, snapshot {baseline}, publish test {baseline}"
    return str(origin.does(verbs, upstream(packages, fixes))["sha256"])


def packages(mirror: Mirror, suite: str) -> list[str]:
    text = mirror.host.check_output(f"cat {mirror.root}/public/dists/{suite}/main/binary-amd64/Packages")
    return [line.rpartition("/")[2] for line in text.splitlines() if line.startswith("Filename: ")]


def test_a_ring_moves_to_a_baseline_everywhere_or_nowhere_and_back(origin: Mirror, copy: Mirror, first: str) -> None:
    second = makes(origin, "second", {"one": "2.0", "two": "1.0"})
    assert copy.does(f"copy test {second}")["baseline"] == "second"
    assert (origin.served("test"), copy.served("test")) == (first, first)
    for mirror in (origin, copy):
        assert mirror.does(f"switch test {second}")["switched"]
        assert mirror.served("test") == second
    assert packages(copy, "test") == ["one_2.0_amd64.deb", "two_1.0_amd64.deb"]
    assert packages(copy, "broad_desks") == ["one_1.0_amd64.deb", "two_1.0_amd64.deb"]
    assert origin.does("publish test first")["sha256"] == first
    for mirror in (origin, copy):
        assert mirror.does(f"switch test {first}, verify test")["baseline"] == "first"


def test_again_is_the_same(origin: Mirror) -> None:
    before = origin.does("status")
    assert origin.does("snapshot first") == {"snapshot": "first", "made": False}
    assert not origin.does("publish test first --switch")["switched"]
    assert not origin.does("fetch")["security"]["switched"]
    assert origin.does("status")["suites"] == before["suites"]
    assert sorted(before) == ["free_mib", "packages_mib", "snapshots", "suites"]
    assert before["suites"]["test"]["releases"] == {before["suites"]["test"]["sha256"]: "first"}


def test_fixes_are_served_as_they_come_and_rings_stay(origin: Mirror, copy: Mirror, first: str) -> None:
    fixes = {"one": "0.9", "two": "1.1"}
    assert origin.does("fetch", upstream({"one": "1.0", "two": "1.0"}, fixes))["security"]["switched"]
    assert copy.does("follow") == {"switched": ["security"]}
    assert packages(copy, "security") == ["one_0.9_amd64.deb", "two_1.1_amd64.deb"]
    assert (origin.served("test"), copy.served("test")) == (first, first)
    origin.does("snapshot second, publish test second --switch")
    assert packages(origin, "test") == ["one_1.0_amd64.deb", "two_1.1_amd64.deb"]


def test_old_releases_go_with_what_only_they_need_and_the_served_ones_stay(
    origin: Mirror, copy: Mirror, first: str
) -> None:
    """The other mirror, which was off for all of that, then has what is served, from whatever it had."""
    for version in ("2", "3", "4"):
        made = makes(origin, f"v{version}", {"one": version, "two": "1.0"})
        origin.does(f"switch test {made}")
    done = origin.does(f"switch test {first}, prune")
    assert done["releases"] == ["test v2"]
    assert done["snapshots"] == ["v2"]
    state = origin.does("verify test, verify broad_desks, verify security, status")
    assert state["snapshots"] == ["first", "v3", "v4"]
    assert list(state["suites"]["test"]["releases"].values()) == ["v4", "v3", "first"]
    left = f"find {TOP}/origin/public/pool {TOP}/origin/aptly/pool -name '*one_*' -printf '%f\\n' | sort -u"
    names = {
        name.removeprefix(name[:29]) if name[0] != "o" else name for name in origin.host.check_output(left).split()
    }
    assert names == {"one_1.0_amd64.deb", "one_3_amd64.deb", "one_4_amd64.deb"}
    origin.does(f"switch test {made}")
    assert copy.does("follow") == {"switched": ["test"]}
    assert copy.served("test") == made


KILLED = """
for delay in 0.05 0.15 0.3 0.5; do
    {command} {verb} > /dev/null 2>&1 &
    sleep $delay
    kill -9 $! 2> /dev/null && echo -n 'killed '
    wait $!
    {command} verify test > /dev/null || echo -n 'half '
    [ $(readlink {root}/public/dists/test) = test.{first} ] || echo -n 'moved '
done
"""


def test_an_origin_that_is_killed_while_it_fetches_and_publishes_is_completed_by_the_next_run(
    host: Host, origin: Mirror, first: str
) -> None:
    host.check_output(upstream({"one": "2.0", "two": "1.0"}, weight=3_000_000))
    for verb in ("fetch", "snapshot second", "publish test second"):
        script = KILLED.format(command=origin.command, verb=verb, root=origin.root, first=first[:16])
        said = host.check_output("bash -c %s", script).split()
        assert set(said) == {"killed"}
        made = origin.does(verb)
    assert origin.does(f"switch test {made['sha256']}, verify test")["baseline"] == "second"
    assert host.check_output("pgrep --uid package-mirror || true") == ""


UPSTREAM: dict[str, tuple[dict[str, Any], str]] = {
    "signed by another key": ({"key": "stranger"}, "is signed by another key, only the planned one counts"),
    "another suite": (
        {"fields": {"Suite": "trixie", "Codename": "trixie"}},
        "is signed for trixie or trixie, asked was bookworm",
    ),
    "no longer valid": (
        {"fields": {"Valid-Until": "Sat, 01 Nov 2025 00:00:00 UTC"}},
        "was valid until Sat, 01 Nov 2025 00:00:00 UTC, an old release is no longer taken",
    ),
}


@pytest.mark.parametrize("case", UPSTREAM)
def test_an_upstream_that_is_not_to_be_believed_is_refused(tried: Tried, origin: Mirror, case: str, first: str) -> None:
    asked, said = UPSTREAM[case]
    tried.archive("upstream", "bookworm", **{"key": "upstream", "packages": {"one": "2.0"}, **asked})
    assert origin.refuses("fetch") == f"{SERVER}/upstream/dists/bookworm/InRelease: {said}"
    assert origin.does("verify test")["sha256"] == first


def test_a_package_that_upstream_changed_under_its_name_is_refused(host: Host, origin: Mirror) -> None:
    host.check_output(upstream({"one": "2.0", "two": "1.0"}))
    host.check_output(f"sed -i s/debian-binary/debian-binarx/ {TOP}/upstream/pool/one_2.0_amd64.deb")
    said = origin.refuses("fetch")
    assert said.startswith("aptly mirror update: ")
    assert "one_2.0_amd64.deb" in said
    origin.does("snapshot second, publish test second --switch")
    assert packages(origin, "test") == ["one_1.0_amd64.deb", "two_1.0_amd64.deb"]


def test_an_upstream_that_says_nothing_is_not_waited_for(host: Host, tried: Tried, origin: Mirror) -> None:
    host.check_output("systemd-run --quiet --unit silent nc -l -k 127.0.0.1 8082")
    sources = [{**source, "uri": "http://127.0.0.1:8082"} for source in SOURCES]
    said = tried.mirror("origin", **{**ORIGIN, "sources": sources, "patience_seconds": 1}).refuses("fetch")
    host.check_output("systemctl stop silent")
    assert said == "http://127.0.0.1:8082/dists/bookworm/InRelease: no byte for 1 s, the server must answer"
    assert origin.does("verify test")["baseline"] == "first"


def test_what_would_not_leave_the_reserve_is_not_fetched(host: Host, tried: Tried, origin: Mirror) -> None:
    host.check_output(upstream({"one": "2.0", "two": "1.0"}, weight=3_000_000))
    said = tried.mirror("origin", **{**ORIGIN, "reserve_mib": 10_000_000}).refuses("fetch")
    assert said.startswith(f"{TOP}/origin: 3 MiB are needed and ")
    assert " MiB are free, 10000000 MiB must stay free: " in said
    assert host.check_output(f"find {origin.root}/aptly/pool -name '*_one_2.0_*'") == ""


def test_what_is_fetched_now_is_no_baseline_of_an_earlier_day(origin: Mirror) -> None:
    origin.does("snapshot 2026-11-10")
    rule = "no new baseline, 2026-11-10 is there: what is fetched now needs a later day"
    assert origin.refuses("snapshot 2026-11-03") == f"2026-11-03: {rule}"
    assert origin.does("snapshot 2026-11-10") == {"snapshot": "2026-11-10", "made": False}
    assert origin.does("snapshot 2026-11-17")["made"]


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("publish night first", "night: no ring of the estate, it has test, broad_desks"),
        ("publish test never", "never: no baseline of this mirror, it has first"),
        ("snapshot ../first", "../first: no name of a baseline, it has small letters, digits, dots and dashes"),
        (
            f"switch ../test {'7' * 64}",
            "../test: no name of a suite, it has small letters, digits, dashes and underscores",
        ),
        ("switch test 123", "123: no SHA-256 of an InRelease, it has 64 hexadecimal digits"),
        ("verify night", f"{TOP}/origin/public/dists/night: is not there, only a suite that is served can be verified"),
    ],
)
def test_what_cannot_be_is_told_in_words(origin: Mirror, verb: str, said: str) -> None:
    assert origin.refuses(verb) == said


@pytest.mark.parametrize("verb", ["fetch", "snapshot second", "publish test first"])
def test_only_the_origin_fetches_and_publishes(copy: Mirror, verb: str) -> None:
    assert copy.refuses(verb) == f"package_mirror_origin: {SERVER}/origin/public, only the origin fetches and publishes"
