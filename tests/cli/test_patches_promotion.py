"""`pyops patches promote` with real Ansible on this machine and three mirrors that are served on loopback."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from pyops.cli import patches_reading
from tests.patches.hosts import EVERYWHERE
from tests.patches.publishing import Signer, Site
from tests.patches.serving import serving

from .acting import NAME, NEW, OLD, Acting, acting

SITES = ("banbury", "towcester", "stratford")
BEFORE, NOW, LATER = "2026-10-13", "2026-11-10", f"{date.max}"
RINGS = ("test", "early", "broad")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A folder for each baseline, with every ring at it."""
    folder = tmp_path_factory.mktemp("releases")
    made = Site(folder, Signer(folder / "signer").make())
    for baseline, version in ((BEFORE, OLD), (NOW, NEW), (LATER, NEW)):
        site = Site(folder / baseline, made.signer)
        site.folder.mkdir()
        debs = [site.build(name, number) for name, number in (*EVERYWHERE, ("openssl", version))]
        for ring in RINGS:
            site.publish(ring, debs, [f"Label: {baseline}"])
    return made


@dataclass
class Mirrors:
    """The command, and the mirrors' folders and addresses by site."""

    patches: Acting
    stack: ExitStack
    releases: Site
    places: dict[str, str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        return self.patches(*arguments, *self.options)

    @property
    def options(self) -> list[str]:
        return [word for site, place in self.places.items() for word in ("--mirror", f"{site}={place}")]

    def baselines(self, ring: str) -> list[str]:
        _, found = self.patches.json("status", *self.options)
        return [one["baseline"] for one in found["mirrors"][ring].values()]

    def put(self, site: str, ring: str, baseline: str) -> None:
        place = self.patches.folder / site / "dists" / ring
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.releases.folder / baseline / "dists" / ring, place)


@pytest.fixture
def mirrors(
    tmp_path: Path, releases: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mirrors]:
    with ExitStack() as stack:
        patches = acting(tmp_path, releases, stack, capsys, monkeypatch)
        (tmp_path / "releases").symlink_to(releases.folder)
        made = Mirrors(patches, stack, releases, {})
        for site in SITES:
            for ring, baseline in zip(RINGS, (NOW, BEFORE, BEFORE), strict=True):
                made.put(site, ring, baseline)
            made.places[site] = stack.enter_context(serving(tmp_path / site)).place
        yield made


def test_a_promotion_moves_one_ring_at_all_mirrors_and_shows_equal_hashes(mirrors: Mirrors) -> None:
    code, said, told = mirrors("promote", "early")

    assert code == 0
    assert mirrors.baselines("early") == [NOW] * 3
    assert mirrors.baselines("broad") == [BEFORE] * 3
    assert f"early: {NOW} serves the same bytes at every site" in said
    assert len(re.findall(rf"{BEFORE} *│ *{NOW} [0-9a-f]{{12}}", said)) == 3
    assert "==> ansible-playbook playbooks/promote.yml" in told

    code, said, told = mirrors("promote", "early")
    assert (code, told) == (0, ""), "nothing is done where it is there already"


def test_going_back_is_the_same_verb(mirrors: Mirrors) -> None:
    for site in SITES:
        mirrors.put(site, "broad", NOW)
        mirrors.put(site, "early", NOW)
    code, found = mirrors.patches.json("promote", "broad", "--to", BEFORE, *mirrors.options)

    assert (code, found["done"], set(found["before"].values())) == (0, True, {NOW})
    assert len({one["sha256"] for one in found["mirrors"].values()}) == 1
    assert mirrors.baselines("broad") == [BEFORE] * 3


def test_a_check_changes_nothing(mirrors: Mirrors) -> None:
    code, said, told = mirrors("promote", "early", "--check")

    assert (code, told) == (0, "")
    assert f"early: {NOW} is not there yet" in said
    assert mirrors.baselines("early") == [BEFORE] * 3


def test_a_promotion_that_may_not_be_done_is_refused(mirrors: Mirrors) -> None:
    code, _, told = mirrors("promote", "broad")
    assert (code, told.splitlines()[0]) == (
        1,
        f"broad: {NOW}, must be on early first, which carries {BEFORE} at banbury",
    )
    code, _, told = mirrors("promote", "test", "--to", LATER)
    assert (code, told) == (1, f"test: {LATER}, is not for it before {LATER}\n")
    assert mirrors("promote", "test", "--to", LATER, "--early")[0] == 0
    assert mirrors("promote", "brod")[0] == 2
    assert mirrors("promote", "early", "--to", "yesterday")[0] == 2


def test_a_mirror_that_is_off_keeps_a_promotion_from_beginning(mirrors: Mirrors) -> None:
    mirrors.places["towcester"] = "http://127.0.0.1:9"
    code, _, told = mirrors("promote", "early")

    assert code == 1
    assert told.startswith(
        "towcester: its mirror does not answer, all must: http://127.0.0.1:9/dists/test/InRelease: cannot be"
    )
    assert mirrors.baselines("early") == [BEFORE] * 2


def test_a_promotion_that_stops_half_way_is_told_and_completed_by_the_next(mirrors: Mirrors) -> None:
    mirrors.patches.break_("stratford-mirror-01")
    code, said, told = mirrors("promote", "early")

    assert code == 3
    assert "stratford-mirror-01: Copy the release: The command exited with a non-zero" in told
    assert f"stratford: early carries {BEFORE}, must carry {NOW}" in told
    assert f"early: {NOW} is not there yet" in said

    mirrors.patches.mend("stratford-mirror-01")
    mirrors.put("banbury", "early", NOW)
    assert mirrors("promote", "early")[0] == 0
    assert mirrors.baselines("early") == [NOW] * 3


def test_ansible_alone_is_not_believed(mirrors: Mirrors) -> None:
    (mirrors.patches.folder / "promote.yml").write_text("- {hosts: localhost, gather_facts: false, tasks: []}\n")
    code, _, told = mirrors("promote", "early")

    assert code == 3
    assert told.count(f"early carries {BEFORE}, must carry {NOW}") == 3


def test_two_at_once_are_refused(mirrors: Mirrors) -> None:
    reading = patches_reading.Reading(patches_reading.Asked(mirrors.patches.folder))
    with patches_reading.alone(reading, "patches rollout"):
        code, _, told = mirrors("promote", "early")

    assert code == 1
    assert told.startswith(f"{NAME}: `patches rollout` (process ")
    assert mirrors.baselines("early") == [BEFORE] * 3


def test_status_stands_when_a_mirror_is_off_and_names_unequal_ones(mirrors: Mirrors) -> None:
    mirrors.put("stratford", "broad", NOW)
    mirrors.places["banbury"] = "http://127.0.0.1:9"
    code, said, _ = mirrors("status")
    _, found = mirrors.patches.json("status", *mirrors.options)

    assert code == 1
    assert "banbury: its mirror cannot be read, its hosts are judged by another site's: http://127.0.0.1:9/" in said
    assert "broad: the mirrors do not publish the same" in said
    assert re.search(rf"broad *│ *{BEFORE} \w{{12}} *│ *{NOW} \w{{12}}", said)
    assert set(found["unreachable"]) == {"banbury"}
    assert len(found["mirrors"]["broad"]) == 2
    assert {cell["site"] for cell in found["parity"]} == set(SITES)

    mirrors.places = dict.fromkeys(SITES, "http://127.0.0.1:9")
    assert mirrors("status")[0] == 3


def test_without_a_word_the_mirrors_are_those_of_the_estate_by_its_own_way(mirrors: Mirrors) -> None:
    reading = patches_reading.Reading(patches_reading.Asked(mirrors.patches.folder))
    server = mirrors.patches.estate.mirrors

    assert {site: mirror.place for site, mirror in reading.mirrors().items()} == {
        site: f"http://{server[site].address}" for site in SITES
    }
    assert reading.key.file == mirrors.patches.folder / "mirror.asc"
