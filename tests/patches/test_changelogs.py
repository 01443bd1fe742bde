"""Changelogs are read out of real packages, and say no more than they say."""

from datetime import date
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.patches.changelogs import changelog_of, entries, newer
from pyops.patches.indexes import Candidate
from pyops.patches.library import Library
from pyops.patches.mirror import Cache
from tests.patches.publishing import CHANGELOG, Site, run


def test_entries_have_version_day_suites_and_each_vulnerability_once() -> None:
    first, second, third = entries(CHANGELOG)

    assert (first.version, first.made_on, first.suites) == (
        "3.0.17-1~deb12u3",
        date(2026, 11, 19),
        ("bookworm-security",),
    )
    assert first.cves == ("CVE-2026-30003", "CVE-2026-30004")
    assert second.cves == ("CVE-2026-20001",)
    assert (third.is_of_security, second.is_of_security) == (False, True)


def test_what_lies_between_two_versions_is_what_an_update_brings() -> None:
    found = [entry.version for entry in newer(entries(CHANGELOG), "3.0.17-1~deb12u1", "3.0.17-1~deb12u3")]

    assert found == ["3.0.17-1~deb12u3", "3.0.17-1~deb12u2"]
    assert newer(entries(CHANGELOG), "3.0.17-1~deb12u3", "3.0.17-1~deb12u3") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no changelog at all\n",
        "openssl (1.0) bookworm; urgency=low\n\n  * CVE-2026-11111 without an end\n",
        " -- Nobody <nobody@ict.example>  Thu, 19 Nov 2026 10:00:00 +0000\n",
    ],
)
def test_what_is_no_entry_is_passed_over(text: str) -> None:
    assert list(entries(text)) == []


def test_an_entry_with_a_date_that_is_none_has_none() -> None:
    (entry,) = entries(
        "a (1.0) bookworm; urgency=low\n\n  * CVE-2026-11111\n\n -- A <a@ict.example>  Thu, 99 Nov 2026\n"
    )

    assert (entry.made_on, entry.cves) == (None, ("CVE-2026-11111",))


def test_the_changelog_of_a_package_is_found_in_it(site: Site) -> None:
    deb = (site.folder / site.build("openssl", "3.0.17-1~deb12u3", CHANGELOG)).read_bytes()

    assert changelog_of(deb, "openssl") == CHANGELOG
    assert changelog_of(deb, "openssh") is None


@pytest.mark.parametrize("spoil", [lambda deb: b"no package", lambda deb: deb[: len(deb) // 2], lambda deb: b""])
def test_what_is_no_package_is_refused(site: Site, spoil: object) -> None:
    deb = (site.folder / site.build("openssl", "1.0", CHANGELOG * 300)).read_bytes()
    assert callable(spoil)

    with pytest.raises(Refused, match="openssl: is no package that can be read"):
        changelog_of(spoil(deb), "openssl")


def test_a_package_whose_documents_point_elsewhere_is_read_and_leads_nowhere(site: Site) -> None:
    tree = site.folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: evil\nVersion: 1\nArchitecture: all\nMaintainer: E <e@ict.example>\nDescription: for tests\n"
    )
    folder = tree / "usr/share/doc/evil"
    folder.mkdir(parents=True)
    (folder / "changelog.Debian.gz").symlink_to("/etc/passwd")
    run("dpkg-deb", "--build", tree, site.folder / "evil.deb")

    assert changelog_of((site.folder / "evil.deb").read_bytes(), "evil") is None


@pytest.fixture
def published(site: Site) -> Site:
    """openssl has its changelog; libssl3 of the same source has none, and rsync is alone."""
    names = [site.build("openssl", "3.0.17-1~deb12u3", CHANGELOG), site.build("rsync", "3.2.7-1")]
    site.publish("broad", [*names, site.build("libssl3", "3.0.17-1~deb12u3", source="openssl")])
    return site


def library(site: Site) -> Library:
    indexes = site.indexes()
    return Library(indexes, indexes.read("broad", ["amd64"]), Cache(site.folder / "cache"))


def candidate(site: Site, name: str) -> Candidate:
    found = site.indexes().read("broad", ["amd64"]).find(name, "amd64")
    assert found is not None
    return found


def test_a_package_without_a_changelog_has_that_of_its_sibling(published: Site) -> None:
    found = library(published).changelog(candidate(published, "libssl3"))

    assert found is not None
    assert [entry.version for entry in found] == ["3.0.17-1~deb12u3", "3.0.17-1~deb12u2", "3.0.17-1~deb12u1"]
    assert library(published).changelog(candidate(published, "rsync")) is None


def test_a_tampered_package_is_refused(published: Site) -> None:
    found = candidate(published, "openssl")
    file = published.folder / found.path
    file.write_bytes(file.read_bytes()[:-1] + b"X")

    with pytest.raises(Refused, match=r"openssl_.*is not what the signed index says by its SHA-256"):
        library(published).changelog(found)


def test_a_package_is_fetched_once_for_its_changelog(published: Site) -> None:
    found = candidate(published, "openssl")
    first = library(published).changelog(found)
    (published.folder / found.path).unlink()

    assert library(published).changelog(found) == first
    for file in Path(published.folder / "cache").glob("*.found"):
        file.write_bytes(b"0" * 64 + b"openssl (9) bookworm; urgency=low")
    assert library(published).changelog(found) is None, "what is spoilt in the cache is not believed"
