"""The verbs of `pyops patches`: what they print, their JSON and their exit codes."""

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pyops.cli import patches, patches_reading
from pyops.errors import Refused, WrongUsage
from pyops.estate import Estate, load
from pyops.fleet.observation import Latest
from pyops.fleet.store import Store
from pyops.patches.members import members
from tests.patches.hosts import EVERYWHERE, NOW, answered, silent
from tests.patches.publishing import CHANGELOG, Signer, Site

ROOT = Path(__file__).parents[2]
AT_RING = {"test": "3", "early": "2", "broad": "1"}

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("mirror")
    made = Site(folder, Signer(folder / "signer").make())
    common = [made.build(name, version) for name, version in EVERYWHERE]
    ssl = {number: made.build("openssl", f"3.0.17-1~deb12u{number}", CHANGELOG) for number in (1, 2, 3)}
    for suite, number in (("broad", 1), ("early", 2), ("test", 3), ("security", 3)):
        made.publish(suite, [*common, ssl[number]])
    return made


@pytest.fixture
def inventory(tmp_path: Path, mirror: Site) -> Path:
    """The lab's estate, and the mirrors' key beside it."""
    (tmp_path / "estate.yml").write_bytes((ROOT / "inventories/lab/estate.yml").read_bytes())
    (tmp_path / "desktops.csv").write_bytes((ROOT / "inventories/lab/desktops.csv").read_bytes())
    (tmp_path / "mirror.asc").write_bytes(mirror.signer.public.read_bytes())
    return tmp_path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, inventory: Path, mirror: Site) -> Run:
    monkeypatch.setenv("XDG_CACHE_HOME", str(inventory / "cache"))
    monkeypatch.setattr(patches_reading, "database", lambda _estate: inventory / "fleet.db")
    monkeypatch.setattr(patches_reading, "now", lambda: NOW)

    def runner(*arguments: str) -> tuple[int, str]:
        words = [*arguments, "-i", str(inventory), "--mirror", str(mirror.folder)]
        done = CliRunner().invoke(patches.app, words, catch_exceptions=False)
        return done.exit_code, done.output

    return runner


@pytest.fixture
def estate(inventory: Path) -> Estate:
    return load(inventory, NOW.date())


def keep(inventory: Path, readings: Iterable[Latest]) -> None:
    with Store(inventory / "fleet.db") as store:
        for one in readings:
            for reading in (one.observation, one.silence):
                if reading:
                    store.save(reading)


def as_their_ring_is(estate: Estate) -> dict[str, Latest]:
    return {
        one.name: answered(one.name, ("openssl", f"3.0.17-1~deb12u{AT_RING[one.ring.id]}")) for one in members(estate)
    }


def test_status_of_equal_sites_is_in_order(run: Run, inventory: Path, estate: Estate) -> None:
    keep(inventory, as_their_ring_is(estate).values())
    code, output = run("status")

    assert code == 0
    assert "3 of 3 (100 %)" in output
    assert "gaps" not in output


def test_status_names_what_is_not_and_fails(run: Run, inventory: Path, estate: Estate) -> None:
    late = answered("towcester-router-01", ("openssl", "3.0.16-1"))
    keep(inventory, (as_their_ring_is(estate) | {late.host: late, "sdc-d0001": silent("sdc-d0001")}).values())
    code, output = run("status", "--hosts")

    assert code == 1
    for words in ("overdue", "its window on 2026-11-18 has passed", "offline", "unreachable", "sdc-d0001"):
        assert words in output


def test_hosts_that_were_never_read_are_unknown(run: Run, inventory: Path) -> None:
    code, output = run("status", "--json")
    assert not (inventory / "fleet.db").exists(), "looking makes no database"
    told = json.loads(output)

    assert (code, told["in_order"], told["full"]) == (1, False, False)
    assert {host["state"] for host in told["hosts"]} == {"unknown"}
    assert {host["behind"] for host in told["hosts"]} == {None}


def test_status_as_json_has_these_keys(run: Run, inventory: Path, estate: Estate) -> None:
    late = answered("towcester-router-01", ("openssl", "3.0.16-1"))
    keep(inventory, (as_their_ring_is(estate) | {late.host: late}).values())
    told = json.loads(run("status", "--json")[1])
    (host,) = [host for host in told["hosts"] if host["host"] == late.host]

    assert set(told) == {"estate", "at", "in_order", "full", "mirrors", "unreachable", "parity", "uneven", "hosts"}
    assert (host["behind"], host["gaps"][0]["cause"], host["gaps"][0]["excused"]) == (1, "overdue", False)
    assert host["gaps"][0]["packages"] == [
        {"package": "openssl", "kind": "behind", "installed": "3.0.16-1", "wanted": "3.0.17-1~deb12u1"}
    ]
    assert [one["package"] for one in told["uneven"]] == ["openssl"]
    assert len({one["sha256"] for places in told["mirrors"].values() for one in places.values()}) == 3


def test_status_writes_a_page(run: Run, inventory: Path, tmp_path: Path) -> None:
    run("status", "--html", str(tmp_path / "parity.html"))

    assert "<svg" in (tmp_path / "parity.html").read_text(encoding="utf-8")
    with pytest.raises(Refused, match="cannot be written"):
        run("status", "--html", str(tmp_path / "nowhere" / "parity.html"))


def test_due_tells_days_and_what_it_does_not_know(run: Run, inventory: Path, estate: Estate) -> None:
    keep(inventory, (as_their_ring_is(estate) | {"sdc-d0001": silent("sdc-d0001")}).values())
    code, output = run("due")
    told = json.loads(run("due", "--json")[1])

    assert code == 1, "the fix of the ninth is past its deadline where ring broad does not carry it"
    assert "CVE-2026-30003, CVE-2026-30004, CVE-2026-20001" in output
    assert "not known, and not counted: what sdc-d0001 lack" in output
    assert [(fix["days_left"], fix["not_carried_by"]) for fix in told["fixes"]] == [(-1, ["broad"]), (9, ["early"])]
    assert told["unknown"] == ["sdc-d0001"]


def feed_of(folder: Path, *entries: str) -> Path:
    """As debsecan fetches it."""
    lines = ["VERSION 1", "CVE-2026-30003,,wrong", "CVE-2026-30004,,too", "", *entries, "", ""]
    file = folder / "feed"
    file.write_bytes(zlib.compress("\n".join(lines).encode()))
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    return file


def test_due_tells_what_a_feed_names_and_ends_as_without_it(run: Run, inventory: Path, estate: Estate) -> None:
    late = answered("stratford-control-01", ("openssl", "3.0.17-1~deb12u3"), ("dpkg", "1.21.20"))
    hosts = {one.name: answered(one.name, ("openssl", "3.0.17-1~deb12u3")) for one in members(estate)}
    keep(inventory, (hosts | {late.host: late, "sdc-d0001": silent("sdc-d0001")}).values())
    feed = feed_of(inventory, "dpkg,0,SH? ,1.21.22,", "dpkg,1,SH? ,1.21.22,", "base-files,0,S ? ,,")
    code, output = run("due", "--feed", str(feed))
    told = json.loads(run("due", "--json", "--feed", str(feed))[1])["feed"]

    assert code == run("due")[0] == 0
    assert "feed" not in json.loads(run("due", "--json")[1])
    (fixable,) = [line.replace("│", " ").split() for line in output.splitlines() if "CVE-2026-30003, " in line]
    assert fixable == ["dpkg", "CVE-2026-30003,", "CVE-2026-30004", "high", "1.21.22", "-", "-", "1", "host"]
    assert "no fix known" in output
    assert "not known, and not counted by the feed: sdc-d0001" in output
    assert "older than" not in output
    assert [(one["cve"], one["source"], one["urgency"], one["fixed_in"]) for one in told["open"]] == [
        ("CVE-2026-30003", "dpkg", "high", "1.21.22"),
        ("CVE-2026-30004", "dpkg", "high", "1.21.22"),
        ("CVE-2026-30003", "base-files", "", None),
    ]
    assert told["open"][0]["sites"] == {"stratford": [late.host]}
    assert told["unknown"] == ["sdc-d0001"]
    digest = hashlib.sha256(feed.read_bytes()).hexdigest()
    assert [(one["file"], one["sha256"], one["made_at"]) for one in told["files"]] == [(str(feed), digest, None)]


def test_due_never_says_that_there_are_no_vulnerabilities(run: Run, inventory: Path, estate: Estate) -> None:
    keep(inventory, as_their_ring_is(estate).values())
    feed = feed_of(inventory, "nginx,0,SH? ,1.22.1-9,")
    os.utime(feed, (0, 0))
    output = run("due", "--feed", str(feed))[1]

    assert "nothing that the feed names is open on a host that could be judged" in output
    assert f"{feed}: is older than 7 days: what was found since is not in it" in output


def test_a_feed_that_is_none_is_refused_before_anything_is_fetched(run: Run, inventory: Path) -> None:
    (inventory / "feed").write_text("nothing of use\n")

    with pytest.raises(Refused, match="feed:1: nothing of use"):
        run("due", "--feed", str(inventory / "feed"), "--signed-by", str(inventory / "nothing.asc"))


def test_diff_shows_what_a_promotion_brings(run: Run) -> None:
    told = json.loads(run("diff", "broad", "early", "--closes", "--json")[1])

    assert told == [
        {
            "package": "openssl",
            "before": "3.0.17-1~deb12u1",
            "after": "3.0.17-1~deb12u2",
            "closes": ["CVE-2026-20001"],
        }
    ]
    assert run("diff", "broad", "broad")[1] == "broad and broad carry the same\n"
    with pytest.raises(WrongUsage, match="brod: is not a ring of lab; did you mean broad"):
        run("diff", "brod", "early")


def test_plan_lists_hosts_by_day_and_who_is_left_out(run: Run, inventory: Path, estate: Estate) -> None:
    late = {one.name: answered(one.name, ("openssl", "3.0.16-1")) for one in members(estate)}
    keep(inventory, (late | {"sdc-d0001": silent("sdc-d0001")}).values())
    code, output = run("plan")
    told = json.loads(run("plan", "--json", "--limit", "site_banbury")[1])

    assert code == 0
    assert "sdc-d0001" in output.partition("left out")[2]
    assert [(stage["site"], stage["day"]) for stage in told["stages"]] == [("banbury", "2026-11-24")]


def test_a_mirror_of_one_site_can_be_named_and_a_misspelt_one_is_told(run: Run, mirror: Site) -> None:
    assert run("status", "--mirror", f"banbury={mirror.folder}", "--json")[0] == 1
    with pytest.raises(WrongUsage, match="banbry is not a site of lab; did you mean banbury"):
        run("status", "--mirror", "banbry=/srv/mirror")


def test_a_mirror_signed_by_nobody_we_know_stops_everything(run: Run, tmp_path: Path) -> None:
    other = Signer(tmp_path / "other").make()

    with pytest.raises(Refused, match="is signed by another key than the estate's"):
        run("status", "--signed-by", str(other.public))
    with pytest.raises(Refused, match="the mirrors' public key cannot be read: No such file"):
        run("status", "--signed-by", str(tmp_path / "nothing.asc"))


def test_the_clock_is_aware_of_its_zone() -> None:
    assert patches_reading.now().tzinfo is not None
    assert abs(patches_reading.now() - datetime.now(UTC)).total_seconds() < 60
