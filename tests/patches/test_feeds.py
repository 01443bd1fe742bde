"""Files that name vulnerabilities: which are taken, what is refused, and what they say of hosts."""

import bz2
import os
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.estate import Estate
from pyops.fleet.kernels import Kernel
from pyops.fleet.observation import Latest
from pyops.patches.alignment import Published, align
from pyops.patches.feeds import reading
from pyops.patches.feeds.feed import Feed
from pyops.patches.feeds.matching import Finding, Matches, match
from pyops.patches.feeds.reading import read
from pyops.patches.feeds.sources import Sources
from tests.patches.hosts import BOOKWORM, NOW, answered, package, silent
from tests.patches.publishing import Site

ONE, OTHER, DESK = "banbury-application-01", "stratford-control-01", "sdc-d0001"
LIBSSL = ("libssl3", "3.0.17-1~deb12u1")
NEW = "2026-11-22T03:37:28.188-04:00"

Write = Callable[[bytes], Path]
Judge = Callable[..., Matches]


def debsecan(*entries: str, bugs: Iterable[str] = ("CVE-2026-20001",), binaries: Iterable[str] = ()) -> bytes:
    """As the tracker writes it: lines joined, and not one more at the end."""
    lines = ["VERSION 1", *(f"{bug},,It is wrong, in a way" for bug in bugs), "", *entries, "", *binaries, ""]
    return zlib.compress("\n".join(lines).encode(), 9)


def oval(*pairs: tuple[str, str, str], release: str = "12", made_at: str = NEW) -> str:
    """As Debian publishes it: of each (vulnerability, source, version) a definition, a test, an object and a state."""
    parts: dict[str, str] = dict.fromkeys(("definitions", "tests", "objects", "states"), "")
    linux = 'xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"'
    for number, (cve, source, version) in enumerate(pairs, 3):
        parts["definitions"] += f"""
    <definition id="oval:org.debian:def:{number}" version="1" class="vulnerability">
      <metadata>
        <title>{cve} {source}</title>
        <affected family="unix">
          <platform>Debian GNU/Linux {release}</platform>
          <product>{source}</product>
        </affected>
        <reference source="CVE" ref_id="{cve}" ref_url="https://cve.example/{cve}"/>
        <description>security update</description>
      </metadata>
      <criteria comment="Release section" operator="AND">
        <criterion test_ref="oval:org.debian.oval:tst:1" comment="Debian {release} is installed"/>
        <criteria comment="Architecture section" operator="OR">
          <criteria comment="Architecture independent section" operator="AND">
            <criterion test_ref="oval:org.debian.oval:tst:2" comment="all architecture"/>
            <criterion test_ref="oval:org.debian.oval:tst:{number}" comment="{source} DPKG is earlier than {version}"/>
          </criteria>
        </criteria>
      </criteria>
    </definition>"""
        parts["tests"] += f"""
    <dpkginfo_test id="oval:org.debian.oval:tst:{number}" version="1" check="all" {linux}>
      <object object_ref="oval:org.debian.oval:obj:{number}"/>
      <state state_ref="oval:org.debian.oval:ste:{number}"/>
    </dpkginfo_test>"""
        parts["objects"] += f"""
    <dpkginfo_object id="oval:org.debian.oval:obj:{number}" version="1" {linux}>
      <name>{source}</name>
    </dpkginfo_object>"""
        parts["states"] += f"""
    <dpkginfo_state id="oval:org.debian.oval:ste:{number}" version="1" {linux}>
      <evr datatype="debian_evr_string" operation="less than">0:{version}</evr>
    </dpkginfo_state>"""
    others = "".join(f'<uname_test id="oval:org.debian.oval:tst:{number}" version="1"/>' for number in (1, 2))
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" \
xmlns:oval="http://oval.mitre.org/XMLSchema/oval-common-5">
  <generator>
    <oval:product_name>Debian</oval:product_name>
    <oval:timestamp>{made_at}</oval:timestamp>
  </generator>
  <definitions>{parts["definitions"]}
  </definitions>
  <tests>{others}{parts["tests"]}
  </tests>
  <objects>{parts["objects"]}
  </objects>
  <states>{parts["states"]}
  </states>
</oval_definitions>
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: bytes) -> Path:
        file = tmp_path / f"feed-{len(list(tmp_path.iterdir()))}"
        file.write_bytes(content)
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
        return file

    return written


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory, mirror: Site) -> Published:
    """A mirror that carries packages whose source has another name, and one whose versions are its own."""
    site = Site(tmp_path_factory.mktemp("sources"), mirror.signer)
    debs = [
        site.build("openssl", "3.0.17-1~deb12u2"),
        site.build("libssl3", "3.0.17-1~deb12u2", source="openssl"),
        site.build("rebuilt", "1.0-1+b2", source="source (1.0-1)"),
        site.build("libown", "9:2.0-1", source="own (4.0-1)"),
        site.build("linux-image-6.1.0-41-amd64", "6.1.158-1", source="linux-signed-amd64 (6.1.158+1)"),
        *(site.build(name, version) for name, version in (("dpkg", "1.21.22"), ("base-files", "12.4+deb12u12"))),
    ]
    site.publish("broad", debs)
    return {("", "broad"): site.indexes().read("broad", ["amd64"])}


@pytest.fixture
def judge(lab: Estate, carried: Published) -> Judge:
    (index,) = carried.values()
    published = {(site, ring): index for site in lab.sites for ring in lab.patches.rings}

    def judged(feeds: Iterable[Feed], *read: Latest) -> Matches:
        readings = {one.host: one for one in read}
        standings = [one for one in align(lab, readings, published, NOW) if one.member.name in readings]
        return match(list(feeds), standings, readings, Sources(published.values()))

    return judged


def findings(matches: Matches) -> list[tuple[str, ...]]:
    return [tuple(str(part) for part in one.finding) for one in matches.open]


def test_debsecans_data_says_what_is_open_where_it_is_fixed_and_how_urgent(write: Write, judge: Judge) -> None:
    entry = "openssl,0,SHRF,3.5.1-1,1.1.1n-0+deb11u5 3.0.17-1~deb12u2"
    feed = read(write(debsecan(entry, binaries=["openssl,libssl3 openssl"])))
    matches = judge([feed], answered(ONE, LIBSSL), answered(OTHER, ("openssl", "3.0.17-1~deb12u1"), LIBSSL))

    assert feed.said.made_at is None, "nothing in it tells its day"
    (found,) = matches.open
    assert found.finding == Finding("CVE-2026-20001", "openssl", "high", "3.0.17-1~deb12u2")
    assert found.sites == {"banbury": (ONE,), "stratford": (OTHER,)}


@pytest.mark.parametrize(
    ("entry", "version", "fixed_in"),
    [
        ("openssl,0,S ? ,3.5.1-1,", "3.5.1-1", "no"),
        ("openssl,0,S ? ,3.5.1-1,", "3.5.0-1", "3.5.1-1"),
        ("openssl,0,S ? ,3.5.1-1,3.0.17-1~deb12u1", "3.0.17-1~deb12u1", "no"),
        ("openssl,0,S ? ,,3.0.17-1~deb12u2", "3.0.17-1~deb12u1", "3.0.17-1~deb12u2"),
        ("openssl,0,S ? ,,", "3.0.17-1~deb12u1", "None"),
        ("openssl,0,  ? ,,", "3.0.17-1~deb12u1", "None"),
        ("libssl3,0,BL  ,3.5.1-1,", "3.0.17-1~deb12u1", "3.5.1-1"),
        ("libssl3,0,SL  ,3.5.1-1,", "3.0.17-1~deb12u1", "no"),
        ("openssl,0,BL  ,3.5.1-1,", "3.0.17-1~deb12u1", "no"),
    ],
    ids=["fixed", "before", "other", "only others", "no fix", "unknown kind", "binary", "no source", "no binary"],
)
def test_versions_are_open_as_debsecan_itself_decides(
    write: Write, judge: Judge, entry: str, version: str, fixed_in: str
) -> None:
    matches = judge([read(write(debsecan(entry)))], answered(ONE, ("libssl3", version)))

    assert [found[3] for found in findings(matches)] == ([] if fixed_in == "no" else [fixed_in])


@pytest.mark.parametrize("pack", [str.encode, lambda text: bz2.compress(text.encode())], ids=["plain", "bzip2"])
def test_oval_says_below_which_version_a_source_is_open(
    write: Write, judge: Judge, pack: Callable[[str], bytes]
) -> None:
    text = oval(("CVE-2026-20001", "openssl", "3.0.17-1~deb12u2"), ("CVE-2026-20002", "openssl", "3.0.16-1"))
    feed = read(write(pack(text)))

    assert findings(judge([feed], answered(ONE, LIBSSL))) == [
        ("CVE-2026-20001", "openssl", "", "3.0.17-1~deb12u2"),
    ]
    assert (feed.said.made_at, feed.said.release) == (datetime.fromisoformat(NEW), "12")


def test_what_oval_cannot_tell_is_counted_and_nothing_is_made_of_it(write: Write, judge: Judge) -> None:
    feed = read(write(oval(("CVE-2026-20001", "openssl", "0"), ("CVE-2026-20002", "dpkg", "2.0")).encode()))

    assert feed.said.undecided == 1
    assert [found[0] for found in findings(judge([feed], answered(ONE, LIBSSL)))] == ["CVE-2026-20002"]


def test_several_feeds_together_tell_the_urgency_and_the_nearest_fix(write: Write, judge: Judge) -> None:
    far = read(write(debsecan("openssl,0,SM? ,3.5.1-1,")))
    near = read(write(oval(("CVE-2026-20001", "openssl", "3.0.17-1~deb12u2")).encode()))

    assert findings(judge([far, near], answered(ONE, LIBSSL))) == [
        ("CVE-2026-20001", "openssl", "medium", "3.0.17-1~deb12u2")
    ]


def test_a_host_with_several_versions_of_a_source_is_told_once_for_each_finding(write: Write, judge: Judge) -> None:
    feed = read(write(debsecan("openssl,0,S ? ,3.5.1-1,")))
    (found,) = judge([feed], answered(ONE, LIBSSL, ("openssl", "3.0.16-1"))).open

    assert found.sites == {"banbury": (ONE,)}


def test_the_urgent_comes_first_and_then_what_can_be_mended(write: Write, judge: Judge) -> None:
    bugs = [f"CVE-2026-2000{number}" for number in range(5)]
    rest = ("openssl,0,S ? ,9,", "openssl,1,SL? ,9,", "openssl,2,SH? ,,", "openssl,3,SM? ,9,", "openssl,4,SH? ,9,")
    found = findings(judge([read(write(debsecan(*rest, bugs=bugs)))], answered(ONE, LIBSSL)))

    assert [one[0][-1] for one in found] == ["4", "2", "3", "1", "0"]


def test_hosts_of_which_nothing_can_be_said_are_unknown_and_never_without_findings(write: Write, judge: Judge) -> None:
    feed = read(write(oval(("CVE-2026-20001", "openssl", "3.0.17-1~deb12u2"), release="13").encode()))
    twelve = answered(ONE, LIBSSL)
    trixie = replace(BOOKWORM, version="13", codename="trixie")
    matches = judge([feed], twelve, silent(OTHER, before=twelve), answered(DESK, LIBSSL, system=trixie))

    assert (matches.open, set(matches.unknown)) == ((), {ONE, OTHER, DESK})


def test_the_source_of_a_package_is_the_index_s_and_what_it_does_not_carry_is_its_own(
    write: Write, judge: Judge
) -> None:
    sources = ("source", "own", "linux", "stranger")
    feed = read(write(debsecan(*(f"{source},0,S ? ,,1.0-1" for source in sources))))

    def named(*packages: tuple[str, str]) -> set[str]:
        return {found[1] for found in findings(judge([feed], answered(ONE, *packages)))}

    assert named(("rebuilt", "1.0-1+b2")) == set(), "a rebuild has its source's version"
    assert named(("rebuilt", "0.9-1+b7")) == {"source"}
    assert named(("libown", "9:2.0-1")) == {"own"}
    assert named(("linux-image-6.1.0-41-amd64", "6.1.158-1")) == {"linux"}
    assert named(("stranger", "0.1"), ("stranger-tools", "0.1")) == {"stranger"}


def test_a_package_whose_source_s_version_nothing_tells_is_said_not_to_be_judged(write: Write, judge: Judge) -> None:
    matches = judge([read(write(debsecan("own,0,S ? ,4.0-1,")))], answered(ONE, ("libown", "9:1.9-1")))

    assert (matches.open, matches.unjudged) == ((), ("libown 9:1.9-1",))


def test_kernels_before_a_hosts_newest_do_not_count_and_the_newest_does(write: Write, judge: Judge) -> None:
    feed = read(write(debsecan("linux,0,S ? ,6.12.1-1,")))
    kernels = (("linux-image-6.1.0-41-amd64", "6.1.158-1"), ("linux-image-6.1.0-40-amd64", "6.1.153-1"))
    old = Kernel("6.1.0-40-amd64", "", ("6.1.0-40-amd64",))
    fixed = read(write(debsecan("linux,0,S ? ,6.1.158-1,")))

    assert len(judge([feed], answered(ONE, *kernels)).open) == 1
    assert judge([fixed], answered(ONE, *kernels)).open == ()
    assert len(judge([fixed], answered(ONE, kernels[1], kernel=old)).open) == 1


def test_a_package_that_was_removed_is_none(write: Write, judge: Judge) -> None:
    feed = read(write(debsecan("openssl,0,S ? ,,")))

    assert judge([feed], answered(ONE, more=[package(*LIBSSL, status="rc")])).open == ()


@pytest.mark.parametrize(("days", "is_old"), [(6, False), (8, True)])
def test_a_feed_is_old_after_a_week_by_what_it_says_or_else_by_its_file(write: Write, days: int, is_old: bool) -> None:
    made_at = datetime.now(UTC) - timedelta(days=days)
    said = read(write(oval(("CVE-2026-20001", "openssl", "1"), made_at=made_at.isoformat()).encode()))
    silent_one = write(debsecan("openssl,0,S ? ,,"))
    os.utime(silent_one, (made_at.timestamp(), made_at.timestamp()))

    assert said.is_old(datetime.now(UTC)) == is_old
    assert read(silent_one).is_old(datetime.now(UTC)) == is_old


GOOD = oval(("CVE-2026-20001", "openssl", "3.0.17-1~deb12u2"))
EXPANDING = "<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r":1: nothing, must be debsecan's data \(VERSION 1\) or Debian's OVAL definitions"),
        (b"\x7fELF\x02", r":1: \\x7fELF\\x02, must be debsecan's data"),
        (zlib.compress(b"VERSION 0\n"), ":1: VERSION 0, must be VERSION 1"),
        (debsecan("openssl,0,S ? ,,")[:-6], ": cannot be unpacked, must be whole: its end is missing"),
        (debsecan("openssl,0,S ? ,,") + b"more", ": cannot be unpacked, must be whole: 4 bytes follow its end"),
        (b"x\x9c" + b"\xff" * 20, ": cannot be unpacked, must be whole: Error -3"),
        (bz2.compress(GOOD.encode())[:-9], ": cannot be unpacked, must be whole: Compressed file ended"),
        (debsecan("openssl,1,S ? ,,"), ":4: vulnerability 1, must be one of the 1 above, from 0 on"),
        (debsecan("openssl,0,S ? "), r":4: openssl,0,S \? , must be PACKAGE,NUMBER,FLAGS,VERSION,VERSIONS"),
        (debsecan("open\x1b[2Jssl,0,S ? ,,"), r":4: open\\x1b\[2Jssl,0,S \? ,,, must be PACKAGE"),
        (debsecan("openssl,0,S ? ,,", bugs=["CVE-2026-\x07"]), r":2: CVE-2026-\\x07,,It is wrong, in a way, must be a"),
        (debsecan(), ": names no vulnerability of any package, a feed must"),
        (zlib.compress(b"VERSION 1\nCVE-1,,x\n\nopenssl,0,S ? ,,\n"), ":4: ends within a list, an empty line must"),
        (zlib.compress(b"VERSION 1\nCVE-1,,\xff\n\n"), ":2: byte 0xff, must be UTF-8"),
        (GOOD[: len(GOOD) // 2].encode(), r":\d+: (unclosed token|no element found), must be whole and well-formed"),
        (GOOD.replace("<oval_def", f"{EXPANDING}\n<oval_def").encode(), ":2: document type a, a feed has none"),
        (b"<html/>", ":1: element html, must be oval_definitions of http"),
        (b"<a>" * 3, ":1: element a, must be oval_definitions"),
        (GOOD.replace("<generator>", "<a>" * 60).encode(), ":3: element a, must not lie in more than 50 others"),
        (GOOD.replace("GNU/Linux 12", "GNU/Hurd").encode(), ":12: Debian GNU/Hurd, must be Debian GNU/Linux and a num"),
        (oval().encode(), ": names no vulnerability, a feed must"),
        (GOOD.replace("ste:3", "ste:4", 1).encode(), ":8: state oval:org.debian.oval:ste:4, must be in the file"),
        (GOOD.replace("tst:3", "tst:9", 1).encode(), ":8: test oval:org.debian.oval:tst:9, must be in the file"),
        (GOOD.replace("less than", "equals").encode(), r":\d+: operation equals, must be `less than`"),
        (GOOD.replace("<criteria ", "<criteria negate='true' ", 1).encode(), r":18: criteria with .* must be Debian's"),
        (GOOD.replace("<name>openssl", "<name>open&#10;ssl").encode(), r":\d+: open\\nssl, must be a package"),
        (GOOD.replace(NEW, "lately").encode(), ":5: lately, must be a date and a time"),
        (GOOD.replace("<name>", "<name>\x00").encode(), r":\d+: not well-formed \(invalid token\), must be whole"),
    ],
)
def test_what_is_no_whole_feed_is_refused_with_its_line_and_the_rule(write: Write, content: bytes, words: str) -> None:
    file = write(content)

    with pytest.raises(Refused, match=f"^{file}{words}"):
        read(file)


def test_a_file_about_two_releases_is_refused_as_none_can_be_told_apart(write: Write) -> None:
    two = oval(("CVE-2026-20001", "openssl", "1"), ("CVE-2026-20002", "openssl", "2"))
    file = write(two.replace("GNU/Linux 12", "GNU/Linux 11", 1).encode())

    with pytest.raises(Refused, match=r"Debian 11 \(line 12\), Debian 12 \(line \d+\), must be about one release"):
        read(file)


@pytest.mark.parametrize("pack", [zlib.compress, bz2.compress, bytes], ids=["zlib", "bzip2", "plain"])
def test_what_unpacks_to_more_than_is_allowed_is_refused_before_it_is_held(
    write: Write, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(reading, "LARGEST", 3_000_000)
    file = write(pack(b"VERSION 1\n" + b" " * 3_000_000))

    with pytest.raises(Refused, match="has more than 3,000,000 bytes, no feed may have"):
        read(file)


def test_a_file_that_is_too_large_is_refused_though_its_beginning_would_do(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST", 100_000)
    file = write(bz2.compress(GOOD.encode()) + bytes(100_000))

    with pytest.raises(Refused, match="has more than 100,000 bytes, no feed may have"):
        read(file)


def test_a_feed_must_be_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for name, words in (("nothing", "is not there"), ("pipe", "is no file"), (".", "is no file")):
        with pytest.raises(Refused, match=f"{words}, a feed must be a file"):
            read(tmp_path / name)


def test_versions_are_in_dpkgs_order(write: Write, judge: Judge) -> None:
    feed = read(write(debsecan("stranger,0,S ? ,1:0.9-1,3.0~rc1-1 3.0~rc1+1-1 0:2.0-1 10.0-1")))

    def fixed_in(version: str) -> list[str]:
        return [found[3] for found in findings(judge([feed], answered(ONE, ("stranger", version))))]

    assert fixed_in("3.0~beta-1") == ["3.0~rc1-1"]
    assert fixed_in("9.0-1") == ["10.0-1"]
    assert fixed_in("99-1") == ["1:0.9-1"]
    assert fixed_in("1:0.10-1") == []
    assert fixed_in("2.0-1") == []
