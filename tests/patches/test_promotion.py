"""A ring moves when its day has come, after the ring before it, and all mirrors together."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pyops.errors import OutsideFailed, Refused
from pyops.estate import Estate
from pyops.patches.alignment import Published
from pyops.patches.indexes import Index
from pyops.patches.mirror import Mirror
from pyops.patches.mirrors import Seen, look, publishing
from pyops.patches.promotion import consider, unsettled
from pyops.patches.release import Key, Release
from tests.patches.hosts import NOW
from tests.patches.publishing import Signer, Site
from tests.patches.serving import serving

OLD, NEW = date(2026, 10, 13), date(2026, 11, 10)
RINGS = ("test", "early", "broad")
TODAY = date(2026, 11, 17)


def release(site: str, ring: str, baseline: date | str, sha256: str = "") -> Release:
    return Release(f"http://{site}", ring, NOW, sha256 or f"{ring} {baseline}", {}, str(baseline))


def seen(estate: Estate, **baselines: date | str) -> Seen:
    return Seen({ring: {s: release(s, ring, baselines[ring]) for s in estate.sites} for ring in RINGS}, {})


def test_a_ring_is_moved_once_its_day_has_come(lab: Estate) -> None:
    before = seen(lab, test=NEW, early=OLD, broad=OLD)

    assert consider(lab, "early", NEW, before, date(2026, 11, 13)).objections == ()
    assert consider(lab, "early", NEW, before, date(2026, 11, 12)).objections == (
        "early: 2026-11-10, is not for it before 2026-11-13, 3 days after it was made",
    )
    assert consider(lab, "early", NEW, before, date(2026, 11, 12), early=True).objections == ()
    assert consider(lab, "early", NEW, before, TODAY).before == dict.fromkeys(lab.sites, "2026-10-13")


def test_a_ring_follows_the_one_before_it_at_every_site(lab: Estate) -> None:
    before = seen(lab, test=NEW, early=NEW, broad=OLD)
    assert consider(lab, "broad", NEW, before, TODAY).objections == ()
    assert consider(lab, "test", NEW, seen(lab, test=OLD, early=OLD, broad=OLD), TODAY).objections == ()

    late = {**before.releases["early"], "stratford": release("stratford", "early", OLD)}
    assert consider(lab, "broad", NEW, Seen({**before.releases, "early": late}, {}), TODAY, early=True).objections == (
        "broad: 2026-11-10, must be on early first, which carries 2026-10-13 at stratford",
    )
    del late["stratford"]
    assert consider(lab, "broad", NEW, Seen({**before.releases, "early": late}, {}), TODAY).objections == (
        "broad: 2026-11-10, must be on early first, which is not there at stratford",
    )
    nameless = {**late, "stratford": release("stratford", "early", "")}
    assert consider(lab, "broad", NEW, Seen({**before.releases, "early": nameless}, {}), TODAY).objections == (
        "broad: 2026-11-10, must be on early first, which carries no baseline at stratford",
    )


def test_going_back_needs_no_ring_to_go_first(lab: Estate) -> None:
    before = seen(lab, test=NEW, early=NEW, broad=NEW)
    made = consider(lab, "broad", OLD, before, TODAY)

    assert made.objections == ()
    assert len(unsettled(made, before)) == 3


def test_it_is_done_when_all_mirrors_carry_it_with_the_same_bytes(lab: Estate) -> None:
    before = seen(lab, test=NEW, early=NEW, broad=OLD)
    made = consider(lab, "early", NEW, before, TODAY)
    assert unsettled(made, before) == ()

    def changed(**releases: Release) -> Seen:
        return Seen({**before.releases, "early": {**before.releases["early"], **releases}}, {})

    half = changed(towcester=release("towcester", "early", OLD))
    assert unsettled(made, half) == ("towcester: early carries 2026-10-13, must carry 2026-11-10",)
    unlike = changed(towcester=release("towcester", "early", NEW, "other bytes"))
    assert unsettled(made, unlike) == ("early: the mirrors carry 2026-11-10 with different bytes, must be alike",)
    gone = Seen({**before.releases, "early": {}}, {"banbury": "no route"})
    assert consider(lab, "early", NEW, gone, TODAY).objections == (
        "banbury: its mirror does not answer, all must: no route",
    )
    assert unsettled(made, gone) == (
        "banbury: its mirror does not answer: no route",
        "towcester: its mirror has no ring early, must carry 2026-11-10",
        "stratford: its mirror has no ring early, must carry 2026-11-10",
    )


@pytest.fixture
def published(site: Site) -> Site:
    deb = site.build("rsync", "3.2.7-1")
    site.publish("test", [deb], ["Label: 2026-11-10"])
    site.publish("early", [deb], ["Label: 2026-10-13"])
    return site


def test_mirrors_are_asked_for_their_releases_and_one_that_is_off_is_named(
    published: Site, signer: Signer, tmp_path: Path
) -> None:
    key = Key(signer.public)
    with serving(published.folder) as one, serving(published.folder) as other:
        off = "http://127.0.0.1:9"
        mirrors = {"banbury": Mirror(one.place), "towcester": Mirror(off), "stratford": Mirror(other.place)}
        found = look(mirrors, RINGS, key, NOW)

    assert {ring: {site: r.baseline for site, r in of.items()} for ring, of in found.releases.items()} == {
        "test": {"banbury": "2026-11-10", "stratford": "2026-11-10"},
        "early": {"banbury": "2026-10-13", "stratford": "2026-10-13"},
        "broad": {},
    }
    assert found.unreachable == {"towcester": f"{off}/dists/test/InRelease: cannot be fetched: Connection refused"}
    assert (len(one.connections), len(one.requests)) == (1, 3), "no packages are read for it"
    assert all(mirror._web is None or mirror._web._line is None for mirror in mirrors.values()), "connections are ended"
    with pytest.raises(Refused, match="is signed by another key"):
        look({"banbury": Mirror(str(published.folder))}, RINGS, Key(Signer(tmp_path / "other").make().public), NOW)


Read = Callable[[str, str], Index]


def reading(published: Site, *off: str) -> Read:
    index = published.indexes().read("test", ["amd64"])

    def read(site: str, ring: str) -> Index:
        if site in off:
            raise OutsideFailed(f"{site}: {ring}: no route")
        return index

    return read


def test_a_mirror_that_is_off_is_stood_in_for_by_another_sites(published: Site) -> None:
    sites = ("banbury", "towcester", "stratford")
    found: Published
    found, unreachable = publishing(sites, RINGS, reading(published, "banbury", "stratford"))

    assert unreachable == {"banbury": "banbury: test: no route", "stratford": "stratford: test: no route"}
    assert list(found) == [(site, ring) for ring in RINGS for site in sites]
    assert len({id(index) for index in found.values()}) == 1
    with pytest.raises(OutsideFailed, match="banbury: test: no route\ntowcester: test"):
        publishing(sites, RINGS, reading(published, *sites))
