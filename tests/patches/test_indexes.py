"""A mirror is believed along the chain from signature to hash, and refused where the chain breaks."""

import gzip
from pathlib import Path

import pytest

from pyops.errors import Refused
from pyops.patches.indexes import Index
from pyops.patches.mirror import Cache, Mirror
from pyops.patches.release import Key
from tests.patches.publishing import Signer, Site, run


def read(site: Site, suite: str = "broad") -> Index:
    return site.indexes().read(suite, ["amd64"])


@pytest.fixture
def published(site: Site) -> Site:
    site.publish("broad", [site.build("rsync", "3.2.7-1"), site.build("rsync", "3.2.7-1+deb12u3")])
    return site


def test_the_newest_version_of_each_package_counts(published: Site) -> None:
    found = read(published).find("rsync", "amd64")

    assert found is not None
    assert (found.version, found.architecture, found.source) == ("3.2.7-1+deb12u3", "amd64", "rsync")
    assert (published.folder / found.path).stat().st_size == found.size


def test_packages_of_every_architecture_and_with_a_source_of_another_version_are_found(site: Site) -> None:
    site.publish("broad", [site.build("tzdata", "2026b-0+deb12u1", architecture="all", source="tz (2026b)")])
    index = read(site)
    found = index.find("tzdata", "amd64")

    assert found is not None
    assert (found.source, found.source_version) == ("tz", "2026b")
    assert index.find("tzdata:i386", "amd64") is None


@pytest.mark.parametrize("kinds", [(".xz", ".gz"), (".gz",), (".xz",)])
def test_any_compressed_form_will_do(published: Site, kinds: tuple[str, ...]) -> None:
    folder = published.folder / "dists" / "broad" / "main" / "binary-amd64"
    for kind in {".xz", ".gz", ""} - set(kinds):
        (folder / f"Packages{kind}").unlink()

    assert read(published).find("rsync", "amd64")


def test_the_key_may_be_armoured_or_not(published: Site, signer: Signer, tmp_path: Path) -> None:
    plain = tmp_path / "public.gpg"
    run("gpg", "--batch", "--dearmor", "--output", plain, signer.public, home=signer.home)

    assert published.indexes(key=Key(plain)).read("broad", ["amd64"]).find("rsync", "amd64")


def test_mirrors_with_the_same_bytes_have_the_same_hash(published: Site, tmp_path: Path) -> None:
    run("cp", "-a", published.folder, tmp_path / "copy")
    copy = Site(tmp_path / "copy", published.signer)
    first = read(published).release.sha256

    assert read(copy).release.sha256 == first
    copy.publish("broad", ["pool/rsync_3.2.7-1_amd64.deb"])
    assert read(copy).release.sha256 != first


def tampered_release(site: Site) -> None:
    file = site.folder / "dists" / "broad" / "InRelease"
    file.write_text(file.read_text().replace("Suite: broad", "Suite: early"))


def text_around_the_signed(site: Site) -> None:
    file = site.folder / "dists" / "broad" / "InRelease"
    forged = f"Suite: broad\nSHA256:\n {'0' * 64} 5 main/binary-amd64/Packages.xz\n\n"
    file.write_text(forged + file.read_text() + forged)


def unsigned_release(site: Site) -> None:
    folder = site.folder / "dists" / "broad"
    (folder / "InRelease").write_bytes((folder / "Release").read_bytes())


def signed_by_another(site: Site) -> None:
    Signer(site.folder / "other").make().sign(site.folder / "dists" / "broad" / "Release")


def another_suite(site: Site) -> None:
    site.publish("test", [])
    (site.folder / "dists" / "broad" / "InRelease").write_bytes((site.folder / "dists/test/InRelease").read_bytes())


def tampered_packages(site: Site) -> None:
    folder = site.folder / "dists" / "broad" / "main" / "binary-amd64"
    text = gzip.decompress((folder / "Packages.gz").read_bytes()).replace(b"3.2.7", b"3.2.8")
    for kind in (".xz", ""):
        (folder / f"Packages{kind}").unlink()
    (folder / "Packages.gz").write_bytes(gzip.compress(text))


def old_packages(site: Site) -> None:
    folder = site.folder / "dists" / "broad" / "main" / "binary-amd64"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    site.publish("broad", [])
    for path, content in before.items():
        path.write_bytes(content)


def no_packages(site: Site) -> None:
    for path in (site.folder / "dists" / "broad" / "main" / "binary-amd64").iterdir():
        path.unlink()


def too_long(site: Site) -> None:
    file = site.folder / "dists" / "broad" / "main" / "binary-amd64" / "Packages.xz"
    file.write_bytes(file.read_bytes() + b"\0" * 10)


def expired(site: Site) -> None:
    site.publish("broad", [], ["Valid-Until: Mon, 23 Nov 2026 00:00:00 +0000"])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (tampered_release, "InRelease: its signature is not of this content: it has been changed"),
        (unsigned_release, "InRelease: is not signed"),
        (signed_by_another, "InRelease: is signed by another key than the estate's"),
        (another_suite, "InRelease: is signed for test, asked was broad"),
        (expired, "InRelease: is valid until 2026-11-23 00:00, it is 2026-11-24 12:00: the mirror is stale"),
        (tampered_packages, "Packages.gz: .*is not what the signed index says by its SHA-256"),
        (old_packages, "Packages.xz: .*(is not what the signed index says by its SHA-256|longer than)"),
        (too_long, r"Packages.xz: longer than the \d+ bytes that it may have"),
        (no_packages, "Packages: InRelease names it and it is not there: the mirror is copied by half"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_tampered_with_or_half_copied_is_refused(published: Site, spoil: object, says: str) -> None:
    assert read(published).find("rsync", "amd64")
    published = Site(published.folder, published.signer)
    assert callable(spoil)
    spoil(published)

    with pytest.raises(Refused, match=says):
        published.indexes(cache=published.folder / "empty").read("broad", ["amd64"])


def test_only_what_is_signed_is_read(published: Site) -> None:
    text_around_the_signed(published)
    assert read(published).find("rsync", "amd64")


def test_an_architecture_that_a_host_says_and_the_mirror_has_not_spoils_nothing(published: Site) -> None:
    assert set(published.indexes().read("broad", ["amd64", "arm64", "../evil"]).candidates) == {"amd64"}
    with pytest.raises(Refused, match="has no packages of main for arm64"):
        published.indexes().read("broad", ["arm64"])


def test_a_spoilt_cache_is_not_believed(published: Site) -> None:
    cache = published.folder / "cache"
    assert read(published).find("rsync", "amd64")
    for file in cache.iterdir():
        file.write_bytes(b"Package: rsync\n")

    assert read(published).find("rsync", "amd64")


def test_what_is_in_the_cache_is_not_fetched_again(published: Site) -> None:
    assert read(published).find("rsync", "amd64")
    for file in (published.folder / "dists" / "broad" / "main" / "binary-amd64").iterdir():
        file.unlink()

    assert read(published).find("rsync", "amd64")


def test_the_cache_stays_small(tmp_path: Path) -> None:
    for number in range(230):
        Cache(tmp_path).put(str(number).encode())

    assert len(list(tmp_path.iterdir())) == 200


@pytest.mark.parametrize("path", ["../etc/passwd", "/etc/passwd", "pool/../../etc/passwd"])
def test_no_path_leads_out_of_the_mirror(tmp_path: Path, path: str) -> None:
    with pytest.raises(Refused, match="leads out of the mirror"):
        Mirror(str(tmp_path)).read(path, 10)
